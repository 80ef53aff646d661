import type { Pool } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { openTestDatabase, rowsScanned, type TestDatabase } from '../../scripts/test-database.ts';
import { sharedStack } from '../../scripts/testing/shared-stack.ts';
import { appendOf, message, minutes } from './appends.fixture.ts';
import { backlogStatement, createBacklog } from './backlog.ts';
import { createEventStore } from './event-store.ts';

let database: TestDatabase;
let pool: Pool;
let stopping = new AbortController();
beforeAll(async () => {
  database = await openTestDatabase(sharedStack);
  ({ pool } = database);
}, 180_000);
afterAll(() => database?.close(), 60_000);
beforeEach(() => pool.query('truncate orders.events, orders.outbox, orders.sagas'));
afterEach(() => {
  stopping.abort();
  stopping = new AbortController();
});

test('the backlog is the age of the oldest message and the number of open orders', async () => {
  const store = createEventStore(pool, { schema: 'orders' });
  const onError = vi.fn<(error: unknown) => void>();
  const backlog = createBacklog(pool, { openOrdersLimit: 10, everyMs: 20, signal: stopping.signal, onError });
  expect(backlog.read()).toEqual({ oldestOutboxMs: 0, openOrders: 0 });
  const ago = new Date(Date.now() - 60_000);
  await store.appendAll([
    appendOf('a', 0, {
      messages: [message('a', ago)],
      saga: { change: 'open', deadlineAt: minutes(1), parkedReason: 'fraud-review' },
    }),
    {
      ...appendOf('b', 0, { messages: [message('b')], saga: { change: 'open', deadlineAt: minutes(1) } }),
      bucket: 1,
    },
  ]);
  await vi.waitFor(() => expect(backlog.read().oldestOutboxMs).toBeGreaterThan(59_000));
  expect(backlog.read().oldestOutboxMs).toBeLessThan(90_000);
  expect(backlog.read().openOrders).toBe(1);

  await pool.query('alter table orders.outbox rename to hidden');
  await vi.waitFor(() => expect(onError).toHaveBeenCalled());
  expect(onError.mock.calls[0]?.[0]).toMatchObject({
    code: 'postgres-refused',
    details: { sqlState: '42P01' },
  });
  expect(backlog.read().openOrders).toBe(1);
  await pool.query('alter table orders.hidden rename to outbox');
  await pool.query('delete from orders.outbox');
  await vi.waitFor(() => expect(backlog.read()).toEqual({ oldestOutboxMs: 0, openOrders: 1 }));
});

test('a sample of the backlog reads one message a bucket, and stops counting orders', async () => {
  await pool.query(
    `insert into orders.outbox (bucket, topic, key, type, event_id, payload, occurred_at)
     select n % 12, 'order-events', 'k', 'A', 'e' || n, '{}', now() from generate_series(1, 20000) n`,
  );
  await pool.query(
    `insert into orders.sagas select n % 12, 'order' || n, now() from generate_series(1, 15000) n`,
  );
  // The last probe finds none; a plan rounds its rows to one a probe.
  expect(await rowsScanned(pool, 'outbox', backlogStatement, [10_001])).toBeLessThanOrEqual(13);
  expect(await rowsScanned(pool, 'sagas', backlogStatement, [10_001])).toBe(10_001);
  for (const openOrdersLimit of [5, 12_000, 20_000]) {
    const backlog = createBacklog(pool, { openOrdersLimit, everyMs: 20, signal: stopping.signal });
    await vi.waitFor(() => expect(backlog.read().openOrders).toBe(Math.min(openOrdersLimit + 1, 15_000)));
  }
});
