import type { Pool } from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Append } from '../../platform/ports/event-store.ts';
import { openTestDatabase, type TestDatabase } from '../../scripts/test-database.ts';
import { sharedStack } from '../../scripts/testing/shared-stack.ts';
import { appendOf, minutes } from './appends.fixture.ts';
import { createEventStore } from './event-store.ts';

let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await openTestDatabase(sharedStack);
  ({ pool } = database);
}, 180_000);
afterAll(() => database?.close(), 60_000);
beforeEach(() => pool.query('truncate orders.events, orders.outbox, orders.sagas'));

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
