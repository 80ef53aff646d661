import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { TransactionScope } from '../../../platform/ports/transactions.ts';
import { openTestDatabase, type TestDatabase } from '../../../scripts/test-database.ts';
import { outboxOf } from '../../../scripts/testing/outbox-of.ts';
import { sharedStack } from '../../../scripts/testing/shared-stack.ts';
import { createBacklog } from '../backlog.ts';
import { copurchasesContract } from '../copurchases.contract.ts';
import { createRecommendations } from '../copurchases.ts';
import { eventStoreContract } from '../event-store.contract.ts';
import { createEventStore } from '../event-store.ts';
import { migrate } from '../migrate.ts';
import { notificationsContract } from '../notifications.contract.ts';
import { createNotifications } from '../notifications.ts';
import { createPool } from '../pool.ts';
import { transactionsContract } from '../transactions.contract.ts';
import { createTransactions } from '../transactions.ts';
import { runJourney } from './journey.ts';
import { places } from './places.ts';
import { citusStandIn, explainAll, recordStatements, type RunStatement } from './stand-in.ts';

const { partitions, host, ports, postgres } = sharedStack;
const superuserUrl = `postgres://${postgres.superuser}:${postgres.superuserPassword}@${host}:${ports.postgres}/postgres`;

let plain: TestDatabase;
let placed: TestDatabase;
let pool: Pool;
let statements: readonly RunStatement[];
let answers: Readonly<Record<'plain' | 'byBucket', unknown>>;

beforeAll(async () => {
  plain = await openTestDatabase(sharedStack);
  placed = await openTestDatabase(sharedStack);
  await placed.pool.query(citusStandIn(partitions, 2));
  await Promise.all([1, 2].map(() => migrate(placed.url, { partitions })));
  await explainAll(superuserUrl, new URL(placed.url).pathname.slice(1));
  pool = createPool({ url: placed.url, byBucket: true });
  const recorded = recordStatements(pool);
  answers = { plain: await runJourney(plain.pool, partitions), byBucket: await runJourney(pool, partitions) };
  statements = [...recorded];
}, 180_000);
afterAll(async () => {
  await pool?.end();
  await placed?.close();
  await plain?.close();
}, 60_000);

test('the migration puts each table into its place once, two at once included', async () => {
  const { rows } = await placed.pool.query<{ table: string; method: string; shards: number; leader: string }>(
    `select logicalrelid::text as "table", partmethod::text as method, shards, group_leader as leader from pg_dist_partition`,
  );
  const methods = { shards: 'h', 'every-node': 'n', coordinator: undefined };
  const found = new Map(rows.map(({ table, method }) => [table, method]));
  expect(Object.keys(places).map((table) => [table, found.get(table)])).toEqual(
    Object.entries(places).map(([table, place]) => [table, methods[place.on]]),
  );
  const leaders = rows.filter(({ method }) => method === 'h').map(({ leader }) => leader);
  expect(leaders.toSorted()).toEqual(['none', ...leaders.slice(1).map(() => 'orders.events')]);
  await expect(migrate(placed.url)).rejects.toThrow('PARTITIONS is missing');
  // With all in its place nobody is counted: a worker that is away now holds up no release.
  await migrate(placed.url, { partitions, workers: 3 });
});

test('a database with rows, or without all its workers, is left as it is', async () => {
  const filled = await openTestDatabase(sharedStack);
  onTestFinished(() => filled.close());
  await filled.pool.query(citusStandIn(partitions, 2));
  await filled.pool.query(
    `insert into orders.outbox (bucket, topic, key, type, event_id, payload, occurred_at)
     select bucket, 't', 'k', 'T', 'e' || bucket, '{}', now() from generate_series(0, 3) as bucket`,
  );
  await expect(migrate(filled.url, { partitions })).rejects.toThrow(/^orders\.outbox has rows already: .*$/);
  await expect(migrate(filled.url, { partitions, workers: 3, movesRows: true })).rejects.toThrow(
    'Citus has 2 of its 3 workers yet',
  );
  expect((await filled.pool.query('select from pg_dist_partition')).rowCount).toBe(0);
  await migrate(filled.url, { partitions, movesRows: true });
  const found = await filled.pool.query(
    'select bucket from only orders.outbox_b3 union all select 1 from orders.outbox',
  );
  expect(found.rows).toEqual([{ bucket: 3 }, ...Array.from({ length: 4 }, () => ({ bucket: 1 }))]);
});

/** The buckets whose shards a statement reads or changes, and the tables that lie elsewhere. */
function reachOf({ tables }: RunStatement): { buckets: readonly string[]; local: readonly string[] } {
  const parts = tables.map((table) => /^(.*)_b(\d+)$/.exec(table));
  return {
    buckets: [...new Set(parts.flatMap((part) => part?.[2] ?? []))],
    local: tables.filter((table) => places[table]?.on === 'coordinator'),
  };
}

test('the stores of the order say by bucket what they say on plain PostgreSQL', () => {
  expect(answers.byBucket).toEqual(answers.plain);
});

test('each of their statements touches one bucket, and nothing of the coordinator beside it', () => {
  // These ask all shards, and lie on no order's path: the sweeper, and the test's own counts.
  const scattered = statements.filter(({ text }) =>
    /^\s*select (order_id, )?count|from orders\.sagas where parked_reason/.test(text),
  );
  expect(new Set(scattered.map(({ text }) => text)).size).toBe(3);
  const ofOneBucket = statements.filter((statement) => !scattered.includes(statement));
  expect(ofOneBucket.length).toBeGreaterThan(500);
  for (const statement of ofOneBucket) {
    const { buckets, local } = reachOf(statement);
    expect.soft(buckets.length, `${statement.text}\n${buckets.join()}`).toBeLessThanOrEqual(1);
    // A plan that needs rows of the coordinator on a worker would move them there first.
    if (buckets.length > 0) expect.soft(local, statement.text).toEqual([]);
  }
  // All tables that an order's statements reach were reached.
  const reached = new Set(
    ofOneBucket.flatMap(({ tables }) => tables).map((table) => table.replace(/_b\d+$/, '')),
  );
  expect(
    [
      'orders.events',
      'orders.outbox',
      'orders.sagas',
      'payment.journal',
      'inventory.inbox',
      'inventory.reservations',
      'inventory.stock',
      'fraud.scores',
      'users.users',
      'notification.mails',
      'audit.links',
      'audit.entries',
    ].filter((table) => !reached.has(table)),
  ).toEqual([]);
});

test('what a conflict changes on a shard follows from the rows alone: Citus refuses anything that is not immutable', async () => {
  const expressions = new Map<string, string>();
  for (const { text } of statements) {
    const [, table = '', set, where = 'true'] =
      /^\s*insert into (\S+)[\s\S]*do update\s+set ([\s\S]*?)(?:\s+where ([\s\S]*?))?(?:\s+returning[\s\S]*)?$/.exec(
        text,
      ) ?? [];
    if (set === undefined || places[table]?.on !== 'shards') continue;
    const values = set.split(/,\s*(?=\w+ = )/).map((change) => change.replace(/^\w+ = /, ''));
    for (const value of [...values, where])
      expressions.set(`${table}: ${value}`, `create index on ${table} ((${asColumns(value)}))`);
  }
  expect([...expressions.keys()].map((name) => name.split(':')[0])).toEqual(
    expect.arrayContaining(['orders.sagas', 'inventory.reservations']),
  );
  for (const [name, statement] of expressions)
    await expect.soft(plain.pool.query(statement), name).resolves.toBeDefined();
});

const asColumns = (expression: string): string =>
  expression.replaceAll(/\b(excluded|s)\./g, '').replaceAll(/\$\d+/g, 'null');

test('the backlog is sampled from all shards', async () => {
  const ended = new AbortController();
  await pool.query(
    `insert into orders.outbox (bucket, topic, key, type, event_id, payload, occurred_at)
     values (3, 't', 'k', 'T', 'e', '{}', now() - interval '1 minute')`,
  );
  const backlog = createBacklog(pool, { openOrdersLimit: 1000, everyMs: 10, signal: ended.signal });
  await expect.poll(() => backlog.read().oldestOutboxMs).toBeGreaterThanOrEqual(60_000);
  ended.abort();
  await pool.query('delete from orders.outbox where bucket = 3');
});

const inTransaction = <Result>(work: (scope: TransactionScope) => Promise<Result>): Promise<Result> =>
  createTransactions(pool, { partitions }).run('notification', work);

describe('by bucket', () => {
  eventStoreContract('PostgreSQL by bucket', () => ({
    store: createEventStore(pool, { schema: 'orders' }),
    outbox: (keys) => outboxOf(pool, 'orders', keys),
  }));
  transactionsContract('PostgreSQL by bucket', () => ({
    transactions: createTransactions(pool, { partitions }),
    outbox: (service, keys) => outboxOf(pool, service, keys),
  }));
  copurchasesContract('PostgreSQL by bucket', () => ({
    run: (work) => inTransaction(({ copurchases }) => work(copurchases)),
    recommendations: createRecommendations(pool, partitions),
  }));
  notificationsContract('PostgreSQL by bucket', () => ({
    run: (work) => inTransaction(({ mails }) => work(mails)),
    notifications: createNotifications(pool),
  }));
});
