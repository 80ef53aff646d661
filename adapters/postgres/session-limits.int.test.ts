import { afterAll, beforeAll, expect, test } from 'vitest';
import { localStack } from '../../environments/local.ts';
import { openTestDatabase, type TestDatabase } from '../../scripts/test-database.ts';
import { createPool, inTransaction } from './pool.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase(localStack('test', 8000));
}, 180_000);
afterAll(() => database?.close(), 60_000);

test('a process that hangs in a transaction holds its rows for ten seconds, and then finds its session gone', async () => {
  // Sessions have the limits that the role had when they began.
  const pool = createPool({ url: database.url });
  const hold = `insert into orders.relay_member (owner, expires_at) values ('a', now())
    on conflict (owner) do update set expires_at = now()`;
  const hung = await pool.connect();
  await hung.query('begin');
  await hung.query(hold);
  const startedAt = performance.now();
  await inTransaction(pool, async (client) => ({ result: await client.query(hold) }));
  const waitedMs = performance.now() - startedAt;
  expect(waitedMs).toBeGreaterThan(5000);
  expect(waitedMs).toBeLessThan(20_000);
  await expect(hung.query('commit')).rejects.toThrow();
  hung.release(true);
  await pool.end();
}, 60_000);
