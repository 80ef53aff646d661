import type { Pool } from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { SagaChange } from '../../platform/ports/event-store.ts';
import { openTestDatabase, type TestDatabase } from '../../scripts/test-database.ts';
import { sharedStack } from '../../scripts/testing/shared-stack.ts';
import { appendOf, message, minutes } from './appends.fixture.ts';
import { createEventStore } from './event-store.ts';
import { createSagas } from './sagas.ts';

let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await openTestDatabase(sharedStack);
  ({ pool } = database);
}, 180_000);
afterAll(() => database?.close(), 60_000);
beforeEach(() =>
  pool.query(
    'truncate orders.events, orders.outbox, orders.sagas, payment.events, payment.outbox, payment.journal',
  ),
);

const posting = (version: number, account: string, amountMinor: number) => ({
  version,
  account,
  currency: 'USD',
  amountMinor,
});

const open = (deadline: number, parkedReason?: string): SagaChange => ({
  change: 'open',
  deadlineAt: minutes(deadline),
  ...(parkedReason === undefined ? {} : { parkedReason }),
});

test('the postings are written with their events, lines counted within each, and not with refused ones', async () => {
  const store = createEventStore(pool, { schema: 'payment' });
  const events = ['A', 'B'].map((type) => ({ type, data: {} }));
  const postings = [
    posting(1, 'holds', 3_000_000_000),
    posting(1, 'hold-offset', -3_000_000_000),
    posting(2, 'provider-clearing', 500),
    posting(2, 'sales', -500),
  ];
  await store.appendAll([appendOf('one', 0, { events, postings }), appendOf('two', 0)]);
  const [again] = await store.appendAll([appendOf('one', 0, { events, postings })]);
  expect(again?.appended).toBe(false);
  const { rows } = await pool.query(
    'select order_id, version, line, account, amount_minor from payment.journal order by version, line',
  );
  expect(rows.map((row) => Object.values(row).join(' '))).toEqual([
    'one 1 1 holds 3000000000',
    'one 1 2 hold-offset -3000000000',
    'one 2 1 provider-clearing 500',
    'one 2 2 sales -500',
  ]);
});

test('an unfinished order stays in sight until it ends, and a refused append does not touch it', async () => {
  const store = createEventStore(pool, { schema: 'orders' });
  const sagas = createSagas(pool);
  await store.appendAll([
    appendOf('late', 0, { saga: open(1) }),
    appendOf('later', 0, { saga: open(2) }),
    appendOf('in time', 0, { saga: open(60) }),
    appendOf('in review', 0, { saga: open(1, 'fraud-review') }),
  ]);
  await store.appendAll([appendOf('late', 0, { saga: { change: 'ended' } })]);
  const overdue = async (limit = 10) =>
    (await sagas.overdue(minutes(10), limit)).map(({ orderId }) => orderId);
  expect(await overdue()).toEqual(['late', 'later']);
  expect(await overdue(1)).toEqual(['late']);
  expect(await sagas.parked(10)).toEqual([
    { bucket: 3, orderId: 'in review', deadlineAt: minutes(1), parkedReason: 'fraud-review' },
  ]);

  await sagas.park({ bucket: 3, orderId: 'later' }, 'not-shipped');
  expect(await overdue()).toEqual(['late']);
  await store.appendAll([
    appendOf('late', 1, { saga: open(20) }),
    appendOf('later', 1, { saga: { change: 'ended' } }),
    appendOf('in review', 1, { saga: open(3) }),
  ]);
  expect(await overdue()).toEqual(['in review']);
  expect(await sagas.parked(10)).toEqual([]);
  const { rows } = await pool.query('select order_id from orders.sagas order by deadline_at');
  expect(rows.map((row) => row.order_id)).toEqual(['in review', 'late', 'in time']);
});

test('tells in which buckets messages were written, once they are committed', async () => {
  const told: (readonly number[])[] = [];
  const store = createEventStore(pool, { schema: 'orders', onAppended: (buckets) => told.push(buckets) });
  await store.appendAll([
    appendOf('a', 0, { messages: [message('a'), message('a')] }),
    { ...appendOf('b', 0, { messages: [message('b')] }), bucket: 7 },
    { ...appendOf('c', 0), bucket: 9 },
  ]);
  await store.appendAll([appendOf('a', 0, { messages: [message('a')] })]);
  expect(told).toEqual([[3, 7]]);
});
