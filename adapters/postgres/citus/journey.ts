import type { Pool } from 'pg';
import { bucketOf } from '../../../domain/ids.ts';
import type { Append, AppendResult, OutboxRow, StreamKey } from '../../../platform/ports/event-store.ts';
import type { Service, TransactionScope } from '../../../platform/ports/transactions.ts';
import { createEventStore } from '../event-store.ts';
import { runRelay } from '../outbox.ts';
import { createSagas } from '../sagas.ts';
import { createTransactions } from '../transactions.ts';
import { createUsers } from '../users.ts';
import { runBatches } from './journey-batches.ts';

const userIds = Array.from({ length: 10 }, (_, n) => `usr_${n}`);
const deadlineAt = new Date(Date.UTC(2026, 4, 1, 12));

export type Journey = {
  /** Of orders in all buckets. */
  readonly keys: readonly StreamKey[];
  readonly userIds: readonly string[];
  readonly at: Date;
  readonly run: <Result>(
    service: Service,
    work: (scope: TransactionScope) => Promise<Result>,
  ) => Promise<Result>;
};

/**
 * What the stores of the order's path do for a batch of orders in all buckets, repeated deliveries and conflicts included.
 * For tests only: answers with all that they said, in an order that does not depend on who was first.
 */
export async function runJourney(pool: Pool, partitions: number): Promise<Record<string, unknown>> {
  const transactions = createTransactions(pool, { partitions });
  const keys = Array.from({ length: 40 }, (_, n) => `ord_${n}`).map((streamId) => ({
    bucket: bucketOf(streamId, partitions),
    streamId,
  }));
  return {
    customers: await signUp(pool, partitions),
    orders: await appendOrders(pool, keys),
    payments: await appendPayments(pool, keys),
    batches: await runBatches({
      keys,
      userIds,
      at: deadlineAt,
      run: (service, work) => transactions.run(service, work),
    }),
    published: await publishAll(pool, partitions),
  };
}

const userOf = (userId: string) => ({
  userId,
  email: `${userId}@example.com`,
  name: 'A',
  country: 'US',
  postalCode: '1',
  createdAt: deadlineAt,
});

async function signUp(pool: Pool, partitions: number): Promise<unknown> {
  const users = createUsers(pool, partitions);
  const created = await Promise.all(userIds.map((userId) => users.create(userOf(userId))));
  const taken = [
    await users.create(userOf('usr_0')),
    await users.create({ ...userOf('usr_x'), email: 'USR_1@example.com' }),
  ];
  return { created, taken, found: [...(await users.find([...userIds, 'usr_x'])).keys()].toSorted() };
}

async function appendOrders(pool: Pool, keys: readonly StreamKey[]): Promise<unknown> {
  const orders = createEventStore(pool, { schema: 'orders' });
  const appendOf = (index: number, expectedVersion: number, types: readonly string[]): Append => ({
    ...keys[index]!,
    expectedVersion,
    events: types.map((type) => ({ type, data: { index, type, text: '"quoted", ü' } })),
    publish: { topic: 'order-events', eventIdPrefix: 'orders/' },
    messages: [],
    saga: types.includes('OrderRejected') ? { change: 'ended' } : { change: 'open', deadlineAt },
  });
  const placed = await Promise.all(
    keys.map((_, index) => orders.append(appendOf(index, 0, ['OrderPlaced']))),
  );
  // Every third the next event, the others again; every fourth a longer append, whose end would have a place.
  const again = await Promise.all(
    keys.map((_, index) =>
      orders.append(
        appendOf(index, index % 3 === 0 ? 1 : 0, index % 4 === 0 ? ['A', 'B', 'C'] : ['OrderRejected']),
      ),
    ),
  );
  const read = await orders.read([...keys, keys[3]!, { bucket: 0, streamId: 'none' }]);
  const open = await createSagas(pool).overdue(new Date(deadlineAt.getTime() + 1), 100);
  return {
    placed: placed.map(outcomeOf),
    again: again.map(outcomeOf),
    read: read.map((events) =>
      events.map(({ streamId, version, type, data }) => ({ streamId, version, type, data })),
    ),
    open: open.map(({ orderId }) => orderId).toSorted(),
  };
}

async function appendPayments(pool: Pool, keys: readonly StreamKey[]): Promise<unknown> {
  const appends = keys.map((key, index) => ({
    ...key,
    expectedVersion: 0,
    events: [{ type: 'PaymentCaptured', data: {} }],
    messages: [],
    postings: [1, -1].map((sign) => ({
      version: 1,
      account: 'a',
      currency: 'USD',
      amountMinor: sign * index,
    })),
  }));
  const results = await createEventStore(pool, { schema: 'payment' }).appendAll(appends);
  const { rows } = await pool.query<{ order_id: string; lines: number }>(
    `select order_id, count(*)::int as lines from payment.journal group by order_id order by order_id`,
  );
  return { results: results.map(outcomeOf), journal: rows };
}

function outcomeOf(result: AppendResult): unknown {
  return result.appended ? result : { appended: false, existing: result.existing?.type };
}

/** What a relay publishes of the orders, more than one pass's. */
async function publishAll(pool: Pool, partitions: number): Promise<unknown> {
  const published: OutboxRow[] = [];
  const ended = new AbortController();
  const { rows } = await pool.query<{ count: number }>('select count(*)::int as count from orders.outbox');
  await runRelay(
    pool,
    {
      schema: 'orders',
      buckets: Array.from({ length: partitions }, (_, bucket) => bucket),
      owner: 'journey',
      leaseMs: 60_000,
      rowsPerBucket: 2,
      publish: async (messages) => {
        published.push(...messages);
        if (published.length >= (rows[0]?.count ?? 0)) ended.abort();
      },
      onError: (error) => {
        throw error;
      },
    },
    ended.signal,
  );
  const left = await pool.query<{ count: number }>('select count(*)::int as count from orders.outbox');
  // Of one order in their order; which order was first, nobody says.
  const ofOrder = Map.groupBy(published, ({ key }) => key);
  return {
    left: left.rows[0]?.count,
    published: [...ofOrder]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, own]) => [key, own.map(({ eventId }) => eventId)]),
  };
}
