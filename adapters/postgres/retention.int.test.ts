import type { Pool } from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { inboxServices, type Age } from '../../platform/ports/retention.ts';
import { openTestDatabase, rowsScanned, type TestDatabase } from '../../scripts/test-database.ts';
import { sharedStack } from '../../scripts/testing/shared-stack.ts';
import { createPool } from './pool.ts';
import {
  createRetention,
  forgetHandledStatement,
  oldestHandledStatement,
  pruneActivityStatement,
} from './retention.ts';
import { createTransactions } from './transactions.ts';

let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await openTestDatabase(sharedStack);
  ({ pool } = database);
}, 180_000);
afterAll(() => database?.close(), 60_000);
beforeEach(() => pool.query('truncate analytics.inbox, fraud.activity'));

const dayMs = 86_400_000;
const aged = (keptMs: number, now = new Date()): Age => ({ now, keptMs });

/** `count` rows, row n of them n days old. */
const fillInbox = (count: number) =>
  pool.query(
    `insert into analytics.inbox (bucket, consumer, event_id, handled_at)
     select n % 12, 'aggregate-analytics', 'e' || n, now() - n * interval '1 day' from generate_series(1, $1::int) n`,
    [count],
  );
const fillActivity = (count: number) =>
  pool.query(
    `insert into fraud.activity (user_id, placed_at, order_id, card_hash)
     select 'u' || n % 7, now() - n * interval '1 day', 'o' || n, 'c' from generate_series(1, $1::int) n`,
    [count],
  );
const left = async (column: string, table: string): Promise<string[]> =>
  (
    await pool.query<{ id: string }>(`select ${column} as id from ${table} order by length(${column}), 1`)
  ).rows.map(({ id }) => id);
const numbered = (letter: string, count: number): string[] =>
  Array.from({ length: count }, (_, n) => `${letter}${n + 1}`);

test('what was handled long ago is forgotten, the oldest first and no more than asked for', async () => {
  await fillInbox(40);
  const retention = createRetention(pool);
  expect(await retention.pruneInbox('analytics', aged(30.5 * dayMs), 6)).toBe(6);
  expect(await left('event_id', 'analytics.inbox')).toEqual(numbered('e', 34));
  expect(await retention.pruneInbox('analytics', aged(30.5 * dayMs), 6)).toBe(4);
  expect(await retention.pruneInbox('analytics', aged(30.5 * dayMs), 6)).toBe(0);
  expect(await left('event_id', 'analytics.inbox')).toEqual(numbered('e', 30));
});

test('every inbox that there is can be pruned, and its rows are as old as their transaction', async () => {
  const { rows } = await pool.query<{ service: string }>(
    `select table_schema as service from information_schema.tables where table_name = 'inbox'`,
  );
  expect(inboxServices.toSorted()).toEqual(rows.map(({ service }) => service).toSorted());
  const transactions = createTransactions(pool, { partitions: 12 });
  const retention = createRetention(pool);
  for (const service of inboxServices) {
    await transactions.run(service, (scope) => scope.inbox('someone', [{ bucket: 3, eventId: 'e' }]));
    expect(await retention.pruneInbox(service, aged(60_000), 10)).toBe(0);
    expect(await retention.pruneInbox(service, aged(-60_000), 10)).toBe(1);
  }
});

test('activity is forgotten by the time of its order', async () => {
  await fillActivity(20);
  const retention = createRetention(pool);
  expect(await retention.pruneActivity(aged(2.5 * dayMs), 10)).toBe(10);
  expect(await retention.pruneActivity(aged(2.5 * dayMs), 10)).toBe(8);
  expect(await retention.pruneActivity(aged(2.5 * dayMs), 10)).toBe(0);
  expect(await left('order_id', 'fraud.activity')).toEqual(['o1', 'o2']);
});

test('a process whose clock is wrong deletes nothing that is young', async () => {
  await Promise.all([fillInbox(20), fillActivity(20)]);
  const retention = createRetention(pool);
  const ahead = new Date(Date.now() + 1000 * dayMs);
  const behind = new Date(Date.now() - 10 * dayMs);
  expect(await retention.pruneInbox('analytics', aged(15.5 * dayMs, ahead), 100)).toBe(5);
  expect(await retention.pruneActivity(aged(15.5 * dayMs, ahead), 100)).toBe(5);
  expect(await retention.pruneInbox('analytics', aged(2 * dayMs, behind), 100)).toBe(4);
  expect(await retention.pruneActivity(aged(2 * dayMs, behind), 100)).toBe(4);
});

test('several sweepers at once delete the same rows once, and none fails', async () => {
  await Promise.all([fillInbox(3000), fillActivity(3000)]);
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      const own = createPool({ url: database.url, maxConnections: 1 });
      const retention = createRetention(own);
      while ((await retention.pruneInbox('analytics', aged(9.5 * dayMs), 400)) > 0);
      while ((await retention.pruneActivity(aged(9.5 * dayMs), 400)) > 0);
      await own.end();
    }),
  );
  expect(await left('event_id', 'analytics.inbox')).toEqual(numbered('e', 9));
  expect(await left('order_id', 'fraud.activity')).toEqual(numbered('o', 9));
});

test('a sweep reads what it deletes, however much there is', async () => {
  await Promise.all([fillInbox(20_000), fillActivity(20_000)]);
  await pool.query('analyze analytics.inbox, fraud.activity');
  const parameters = [new Date(), 19_900.5 * dayMs];
  expect(await rowsScanned(pool, 'inbox', oldestHandledStatement('analytics', 50), parameters)).toBe(50);
  // Once to find them, once to delete them.
  expect(await rowsScanned(pool, 'activity', pruneActivityStatement(50), parameters)).toBeLessThanOrEqual(
    100,
  );
  const none = [new Date(), 30_000 * dayMs];
  expect(await rowsScanned(pool, 'inbox', oldestHandledStatement('analytics', 50), none)).toBe(0);
  expect(await rowsScanned(pool, 'activity', pruneActivityStatement(50), none)).toBe(0);
  const found = numbered('e', 20_000).filter((_, n) => n % 12 === 0 && n > 19_000);
  const forget = [1, 'aggregate-analytics', found];
  const deleted = await rowsScanned(pool, 'inbox', forgetHandledStatement('analytics'), forget);
  expect(deleted).toBe(found.length);
});
