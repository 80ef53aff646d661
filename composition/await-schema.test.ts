import { DatabaseError } from 'pg';
import { expect, it } from 'vitest';
import { postgresError } from '../adapters/postgres/errors.ts';
import { ConfigError, TransientError } from '../platform/errors.ts';
import { schemaIsThere } from './await-schema.ts';

const away = new TransientError('postgres-unavailable', 'PostgreSQL cannot be reached');

/** Answers one after the other, the last again and again. */
function answers(...given: readonly (boolean | Error)[]): { isThere: () => Promise<boolean>; asked: number } {
  const state = {
    asked: 0,
    async isThere() {
      const answer = given[Math.min(state.asked, given.length - 1)]!;
      state.asked += 1;
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  return state;
}

const wait = { withinMs: 30, everyMs: 10, countsAway: true };

it('goes on as soon as the schema is there, and tells each reason once', async () => {
  const told: string[] = [];
  const database = answers(away, away, false, false, true);
  await schemaIsThere({
    ...wait,
    withinMs: 1000,
    isThere: database.isThere,
    onWait: (why) => told.push(why),
  });
  expect(told).toEqual([
    'PostgreSQL cannot be reached',
    expect.stringMatching(/^the database has not had the migration \d{4}_/),
  ]);
  expect(database.asked).toBe(5);
});

it('gives up in time: by the name of the migration, or by what is wrong with the database', async () => {
  const old = answers(false);
  await expect(schemaIsThere({ ...wait, isThere: old.isThere })).rejects.toMatchObject({
    code: 'schema-too-old',
  });
  expect(old.asked).toBe(4);
  await expect(schemaIsThere({ ...wait, isThere: answers(away).isThere })).rejects.toBe(away);
});

it('waits for a database that is away as long as it has to, where that is asked for', async () => {
  const database = answers(...Array.from({ length: 10 }, () => away), true);
  await schemaIsThere({ ...wait, countsAway: false, isThere: database.isThere });
  expect(database.asked).toBe(11);
});

const refusal = (sqlState: string) =>
  postgresError(Object.assign(new DatabaseError('some text of the server', 0, 'error'), { code: sqlState }));

it.each([
  ['28P01', 'refuses this role or its password'],
  ['28000', 'refuses this role or its password'],
  ['3D000', 'has no such database'],
])('ends at once where nobody is let in: %s', async (sqlState, what) => {
  for (const countsAway of [true, false]) {
    const database = answers(away, refusal(sqlState));
    const waiting = schemaIsThere({ ...wait, withinMs: 600_000, countsAway, isThere: database.isThere });
    await expect(waiting).rejects.toThrow(
      new ConfigError('postgres-login-refused', `POSTGRES_URL: PostgreSQL ${what} (${sqlState})`),
    );
    expect(database.asked).toBe(2);
  }
});

it('does not wait for ever for what is refused, though it may for a database that is away', async () => {
  const forbidden = refusal('42501');
  const database = answers(forbidden);
  await expect(schemaIsThere({ ...wait, countsAway: false, isThere: database.isThere })).rejects.toBe(
    forbidden,
  );
});

it('ends when it is told to', async () => {
  const ending = new AbortController();
  const isThere = async (): Promise<boolean> => {
    ending.abort();
    return false;
  };
  await schemaIsThere({ ...wait, everyMs: 60_000, withinMs: 600_000, isThere, signal: ending.signal });
});
