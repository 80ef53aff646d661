import type { Pool } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { Append, SagaChange } from '../../platform/ports/event-store.ts';
import { openTestDatabase, rowsScanned, type TestDatabase } from '../../scripts/test-database.ts';
import { sharedStack } from '../../scripts/testing/shared-stack.ts';
import { backlogStatement, createBacklog } from './backlog.ts';
import { createEventStore } from './event-store.ts';
import { createSagas } from './sagas.ts';

let database: TestDatabase;
let pool: Pool;
let stopping = new AbortController();

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
afterEach(() => {
  stopping.abort();
  stopping = new AbortController();
});

const appendOf = (streamId: string, expectedVersion: number, changes: Partial<Append> = {}): Append => ({
  bucket: 3,
  streamId,
  expectedVersion,
  events: [{ type: 'Happened', data: {} }],
  messages: [],
  ...changes,
});
const message = (key: string, occurredAt = new Date()) => ({
  topic: 'order-events',
  key,
  type: 'Happened',
  eventId: `${key}/1`,
  payload: {},
  occurredAt,
});
const posting = (version: number, account: string, amountMinor: number) => ({
  version,
  account,
  currency: 'USD',
  amountMinor,
});
const minutes = (count: number): Date => new Date(Date.UTC(2026, 4, 1, 12, count));

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
  const open = (deadline: number, parkedReason?: string): SagaChange => ({
    change: 'open',
    deadlineAt: minutes(deadline),
    ...(parkedReason === undefined ? {} : { parkedReason }),
  });
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

const newOrder = (streamId: string, deadlineAt: Date, traceparent?: string): Append =>
  appendOf(streamId, 0, {
    events: [{ type: 'OrderPlaced', data: { streamId }, ...(traceparent ? { traceparent } : {}) }],
    publish: { topic: 'order-events', eventIdPrefix: 'order-' },
    saga: { change: 'open', deadlineAt },
  });
const ordersWritten = async (): Promise<readonly string[]> => {
  const { rows } = await pool.query<Record<string, unknown>>(
    `select e.stream_id, e.version, o.event_id, o.topic, o.key, o.type, o.traceparent, o.payload->>'streamId' as payload,
       o.occurred_at = e.recorded_at as same, s.deadline_at, s.parked_reason
     from orders.events e left join orders.outbox o on o.key = e.stream_id
     left join orders.sagas s on s.order_id = e.stream_id order by o.id`,
  );
  return rows.map((row) =>
    Object.values(row)
      .map((value) => (value instanceof Date ? value.toISOString().slice(14, 19) : String(value)))
      .join(' '),
  );
};
const written = (name: string, trace = 'null'): string =>
  `${name} 1 order-${name}/1 order-events ${name} OrderPlaced ${trace} ${name} true 10:00 null`;

test('new orders that come together are written with their messages, in order, and open until the latest deadline', async () => {
  const told: (readonly number[])[] = [];
  const store = createEventStore(pool, { schema: 'orders', onAppended: (buckets) => told.push(buckets) });
  const soon = new Date(minutes(10).getTime() + 900);
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const results = await store.appendAll([
    newOrder('b', soon, traceparent),
    newOrder('a', minutes(10)),
    newOrder('c', minutes(10)),
  ]);
  expect(results).toEqual([1, 2, 3].map(() => ({ appended: true, version: 1 })));
  expect(await ordersWritten()).toEqual([written('a'), written('b', traceparent), written('c')]);
  const { rows } = await pool.query('select distinct deadline_at from orders.sagas');
  expect(rows).toEqual([{ deadline_at: soon }]);
  expect(told).toEqual([[3]]);
});

test('each of many new orders keeps the trace that it came with', async () => {
  const store = createEventStore(pool, { schema: 'orders' });
  const traces = Array.from(
    { length: 40 },
    (_, index) => `00-${String(index + 1).padStart(32, '0')}-b7ad6b7169203331-01`,
  );
  await store.appendAll(traces.map((trace, index) => newOrder(String(index), minutes(10), trace)));
  const { rows } = await pool.query('select traceparent from orders.outbox order by key::int');
  expect(rows.map(({ traceparent }) => traceparent)).toEqual(traces);
});

test('of new orders together those that are there already are left as they are', async () => {
  const store = createEventStore(pool, { schema: 'orders' });
  await store.appendAll([newOrder('b', minutes(1))]);
  await pool.query('delete from orders.outbox');
  const results = await store.appendAll(['a', 'b', 'c'].map((name) => newOrder(name, minutes(10))));
  expect(results.map(({ appended }) => appended)).toEqual([true, false, true]);
  expect(results[1]).toMatchObject({
    existing: { type: 'OrderPlaced', data: { streamId: 'b' }, version: 1 },
  });
  const { rows } = await pool.query('select key from orders.outbox order by key');
  expect(rows.map(({ key }) => key)).toEqual(['a', 'c']);
  const sagas = await pool.query<{ minute: number }>(
    'select extract(minute from deadline_at)::int as minute from orders.sagas order by order_id',
  );
  expect(sagas.rows.map(({ minute }) => minute)).toEqual([10, 1, 10]);
  const again = await store.appendAll(['a', 'b', 'c'].map((name) => newOrder(name, minutes(10))));
  expect(again.map(({ appended }) => appended)).toEqual([false, false, false]);
});

test.each<[string, readonly Append[]]>([
  ['deadlines that are far from each other', [newOrder('a', minutes(1)), newOrder('b', minutes(2))]],
  [
    'one in review',
    [
      newOrder('a', minutes(1)),
      {
        ...newOrder('b', minutes(2)),
        saga: { change: 'open', deadlineAt: minutes(2), parkedReason: 'fraud-review' },
      },
    ],
  ],
  [
    'different topics',
    [newOrder('a', minutes(1)), { ...newOrder('b', minutes(1)), publish: { topic: 'x', eventIdPrefix: '' } }],
  ],
  ['one that is not published', [newOrder('a', minutes(1)), appendOf('b', 0)]],
])('new orders with %s are each written as they are', async (_what, appends) => {
  const together = createEventStore(pool, { schema: 'orders' });
  await together.appendAll(appends);
  const atOnce = await ordersWritten();
  await pool.query('truncate orders.events, orders.outbox, orders.sagas');
  for (const append of appends) await together.appendAll([append]);
  expect(atOnce).toHaveLength(2);
  expect(atOnce).toEqual(await ordersWritten());
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
