import type { Pool } from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { localStack } from '../../environments/local.ts';
import { TransientError } from '../../platform/errors.ts';
import type { PlacedMessage } from '../../platform/ports/transactions.ts';
import { restartServer } from '../../scripts/stack/index.ts';
import { openTestDatabase, type TestDatabase } from '../../scripts/test-database.ts';
import { outboxOf } from '../../scripts/testing/outbox-of.ts';
import { createEventStore } from './event-store.ts';
import { inTransaction } from './pool.ts';
import { translated } from './queryable.ts';
import { transactionsContract } from './transactions.contract.ts';
import { createTransactions } from './transactions.ts';

// A stack of its own: PostgreSQL is restarted in it.
const stack = localStack('test', 7000);
const partitions = 12;

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await openTestDatabase(stack);
  ({ pool } = database);
}, 180_000);
afterAll(() => database?.close(), 60_000);
beforeEach(() => pool.query('truncate analytics.inbox, analytics.outbox, analytics.sales'));

const message = (bucket: number, key: string): PlacedMessage => ({
  bucket,
  topic: 'analytics-events',
  key,
  type: 'SalesAggregated',
  eventId: `${bucket}/${key}`,
  payload: { key },
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  occurredAt: new Date(1000),
});
const keys = (...ids: readonly string[]) => ids.map((eventId, index) => ({ bucket: index % 3, eventId }));
const tea = {
  date: '2026-05-01',
  category: 'tea',
  region: 'us-east',
  currency: 'USD',
  orders: 1,
  totalMinor: 5,
};
const counts = async () => {
  const { rows } = await pool.query<Record<string, number>>(
    `select (select count(*) from analytics.inbox)::int as inbox, (select count(*) from analytics.outbox)::int as outbox,
       (select count(*) from analytics.sales)::int as sales`,
  );
  return rows[0];
};

transactionsContract('PostgreSQL', () => ({
  transactions: createTransactions(pool, { partitions }),
  outbox: (service, keysOfMessages) => outboxOf(pool, service, keysOfMessages),
}));

test('inbox, effects and outbox are written together, and the outbox keeps the order of each bucket', async () => {
  const told: unknown[] = [];
  const transactions = createTransactions(pool, { partitions, onOutbox: (...wake) => told.push(wake) });
  const fresh = await transactions.run('analytics', async (scope) => {
    const ids = await scope.inbox('aggregate-analytics', keys('a', 'b'));
    await scope.sales.add([tea]);
    await scope.outbox([message(5, 'x'), message(2, 'y')]);
    await scope.outbox([message(5, 'z')]);
    return ids;
  });
  expect(fresh).toEqual(new Set(['a', 'b']));
  expect(told).toEqual([['analytics', [5, 2]]]);
  expect(await counts()).toEqual({ inbox: 2, outbox: 3, sales: 1 });
  const { rows } = await pool.query('select * from analytics.outbox where bucket = 5 order by id');
  expect(rows).toMatchObject([
    { key: 'x', event_id: '5/x', payload: { key: 'x' }, traceparent: message(5, 'x').traceparent },
    { key: 'z', occurred_at: new Date(1000) },
  ]);
});

test('the inbox knows what each consumer has handled', async () => {
  const transactions = createTransactions(pool, { partitions });
  const take = (consumer: string, ...ids: readonly string[]) =>
    transactions.run('analytics', (scope) => scope.inbox(consumer, keys(...ids)));
  expect(await take('one', 'a', 'b')).toEqual(new Set(['a', 'b']));
  expect(await take('one', 'a', 'b', 'c')).toEqual(new Set(['c']));
  expect(await take('two', 'a')).toEqual(new Set(['a']));
  const ids = Array.from({ length: 50 }, (_, n) => `event${n}`);
  const both = await Promise.all([take('three', ...ids), take('three', ...ids)]);
  expect(both[0].size + both[1].size).toBe(50);
});

test('when the work fails nothing of it is written, and its own error comes through', async () => {
  const onOutbox = vi.fn<() => void>();
  const failure = new Error('the work failed');
  const failing = createTransactions(pool, { partitions, onOutbox }).run('analytics', async (scope) => {
    await scope.inbox('aggregate-analytics', keys('a'));
    await scope.sales.add([tea]);
    await scope.outbox([message(1, 'x')]);
    throw failure;
  });
  await expect(failing).rejects.toBe(failure);
  expect(await counts()).toEqual({ inbox: 0, outbox: 0, sales: 0 });
  expect(onOutbox).not.toHaveBeenCalled();
});

test('a message that cannot be written undoes the transaction, though it goes out with COMMIT', async () => {
  const onOutbox = vi.fn<() => void>();
  const bad = { ...message(1, 'x'), key: 'nul\0' };
  const failing = createTransactions(pool, { partitions, onOutbox }).run('analytics', async (scope) => {
    await scope.inbox('aggregate-analytics', keys('a'));
    await scope.outbox([bad]);
  });
  await expect(failing).rejects.toMatchObject({
    name: 'PermanentError',
    code: 'postgres-refused',
    details: { sqlState: '22021' },
  });
  expect(await counts()).toEqual({ inbox: 0, outbox: 0, sales: 0 });
  expect(onOutbox).not.toHaveBeenCalled();
});

test('a deadlock is a contention to be tried again', async () => {
  await pool.query(
    `insert into analytics.sales values ('2026-05-01', 'a', 'r', 'USD', 0, 0), ('2026-05-01', 'b', 'r', 'USD', 0, 0)`,
  );
  const met = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
  const both = (['a', 'b'] as const).map((first, index) =>
    inTransaction(pool, async (client) => {
      const lock = (category: string) =>
        client.query('select from analytics.sales where category = $1 for update', [category]);
      await lock(first);
      met[index]!.resolve();
      await met[1 - index]!.promise;
      return { result: (await lock(first === 'a' ? 'b' : 'a')).rowCount };
    }),
  );
  const failed = (await Promise.allSettled(both)).filter((result) => result.status === 'rejected');
  expect(failed).toHaveLength(1);
  expect(failed[0]?.reason).toBeInstanceOf(TransientError);
  expect(failed[0]?.reason).toMatchObject({ code: 'postgres-contended', details: { sqlState: '40P01' } });
});

test.each([undefined, 'SIGQUIT'] as const)(
  'a restart of PostgreSQL (%s) fails what runs as unavailable',
  async (signal) => {
    const transactions = createTransactions(pool, { partitions });
    const store = createEventStore(pool, { schema: 'orders' });
    const started = Promise.withResolvers<void>();
    const unavailable = expect.objectContaining({ name: 'TransientError', code: 'postgres-unavailable' });
    const outcomes = Promise.allSettled([
      inTransaction(pool, async (client) => {
        started.resolve();
        return { result: await client.query('select pg_sleep(60)') };
      }),
      transactions.run('analytics', async (scope) => {
        await scope.sales.add([tea]);
        await started.promise;
        await translated(pool).query('select pg_sleep(60)');
      }),
    ]);
    await started.promise;
    await vi.waitFor(async () => {
      const { rows } = await pool.query(
        `select from pg_stat_activity where query = 'select pg_sleep(60)' and state = 'active'`,
      );
      expect(rows).toHaveLength(2);
    });
    const restarted = restartServer(stack, 'postgres', signal);
    expect(await outcomes).toEqual([
      { status: 'rejected', reason: unavailable },
      { status: 'rejected', reason: unavailable },
    ]);
    const refused = store.append({
      bucket: 1,
      streamId: `during ${signal}`,
      expectedVersion: 0,
      events: [{ type: 'A', data: {} }],
      messages: [],
    });
    // It may be back already: what matters is that no other error comes out.
    await refused.catch((error: unknown) => expect(error).toEqual(unavailable));
    await restarted;
    expect(await transactions.run('analytics', (scope) => scope.sales.add([tea]))).toEqual([tea]);
    await pool.query('truncate analytics.sales');
  },
);
