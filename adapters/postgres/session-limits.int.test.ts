import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { TransientError } from '../../platform/errors.ts';
import { readWhole } from '../../scripts/auditor/whole/read-whole.ts';
import { openTestDatabase, type TestDatabase } from '../../scripts/test-database.ts';
import { sharedStack } from '../../scripts/testing/shared-stack.ts';
import { createPool, inTransaction } from './pool.ts';
import { translated } from './queryable.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase(sharedStack);
}, 180_000);
afterAll(() => database?.close(), 60_000);

/** How long it took to fail, in ms, and how. */
async function failureOf(work: Promise<unknown>): Promise<{ afterMs: number; error: unknown }> {
  const startedAt = performance.now();
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { afterMs: performance.now() - startedAt, error };
}

describe.concurrent('a session of a service', () => {
  test('hangs in a transaction for ten seconds at most; whoever waits for its rows gives up before and tries again', async () => {
    // Sessions have the limits that the role had when they began.
    const pool = createPool({ url: database.url });
    const hold = `insert into orders.relay_member (owner, expires_at) values ('a', now())
      on conflict (owner) do update set expires_at = now()`;
    const write = () => inTransaction(pool, async (client) => ({ result: await client.query(hold) }));
    const hung = await pool.connect();
    await hung.query('begin');
    await hung.query(hold);
    const { afterMs, error } = await failureOf(write());
    expect(error).toBeInstanceOf(TransientError);
    expect(error).toMatchObject({ code: 'postgres-contended', details: { sqlState: '55P03' } });
    expect(afterMs).toBeGreaterThan(4500);
    expect(afterMs).toBeLessThan(9000);
    await vi.waitFor(write, { timeout: 20_000 });
    await expect(hung.query('commit')).rejects.toThrow();
    hung.release(true);
    await pool.end();
  }, 60_000);

  test('works on one statement for fifteen seconds at most', async () => {
    const pool = createPool({ url: database.url });
    const { afterMs, error } = await failureOf(translated(pool).query('select pg_sleep(60)'));
    expect(error).toBeInstanceOf(TransientError);
    expect(error).toMatchObject({ code: 'postgres-unavailable', details: { sqlState: '57014' } });
    expect(afterMs).toBeGreaterThan(14_000);
    expect(afterMs).toBeLessThan(25_000);
    await pool.end();
  }, 60_000);
});

test('tools may take longer', async () => {
  const limits = `select current_setting('lock_timeout') as lock, current_setting('statement_timeout') as statement`;
  const [services, tools] = [{}, { longStatements: true }].map((settings) =>
    createPool({ url: database.url, ...settings }),
  );
  expect((await services!.query(limits)).rows).toEqual([{ lock: '5s', statement: '15s' }]);
  expect((await tools!.query(limits)).rows).toEqual([{ lock: '1min', statement: '1h' }]);
  await Promise.all([services!.end(), tools!.end()]);
});

test('the auditor may take longer for a whole table, and its session is as others when it is done', async () => {
  const pool = createPool({ url: database.url, maxConnections: 1 });
  const limit = `select current_setting('statement_timeout') as statement, $1::int as n`;
  expect(await readWhole(pool, limit, [1])).toEqual([{ statement: '1h', n: 1 }]);
  expect((await pool.query(limit, [2])).rows).toEqual([{ statement: '15s', n: 2 }]);
  await pool.end();
});
