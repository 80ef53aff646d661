import type { Pool } from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openTestDatabase, rowsScanned, type TestDatabase } from '../../scripts/test-database.ts';
import { appendOf } from '../../scripts/testing/append-sample.ts';
import { outboxOf } from '../../scripts/testing/outbox-of.ts';
import { sharedStack } from '../../scripts/testing/shared-stack.ts';
import { singlesStatement } from './append-singles.ts';
import { eventStoreContract } from './event-store.contract.ts';
import { createEventStore } from './event-store.ts';
import { insertStatement, readStatement } from './event-streams.ts';
import { migrate } from './migrate.ts';

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await openTestDatabase(sharedStack);
  ({ pool } = database);
  // It is migrated: two more at once find nothing to do.
  await Promise.all([migrate(database.url), migrate(database.url)]);
}, 180_000);

beforeEach(async () => {
  await pool.query('truncate orders.events, orders.outbox');
});

afterAll(() => database?.close(), 60_000);

const count = async (table: string): Promise<number> =>
  Number((await pool.query<{ count: string }>(`select count(*) from orders.${table}`)).rows[0]?.count);

eventStoreContract('PostgreSQL', () => ({
  store: createEventStore(pool, { schema: 'orders' }),
  outbox: (keys) => outboxOf(pool, 'orders', keys),
}));

test('of 50 concurrent appends to one stream exactly one is written, and the others see it', async () => {
  const stores = [createEventStore(pool, { schema: 'orders' }), createEventStore(pool, { schema: 'orders' })];
  const results = await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      stores[index % 2]!.append(appendOf('one', 0, [`Placed${index}`])),
    ),
  );
  const written = results.findIndex((result) => result.appended);
  expect(results.filter((result) => result.appended)).toHaveLength(1);
  for (const result of results.filter((other) => !other.appended))
    expect(result).toMatchObject({ existing: { version: 1, type: `Placed${written}`, streamId: 'one' } });
  expect([await count('events'), await count('outbox')]).toEqual([1, 1]);
});

test('a conflict fails only its own stream, and leaves no part of it', async () => {
  const store = createEventStore(pool, { schema: 'orders', maxInFlight: 1 });
  await store.append(appendOf('taken', 0, ['A', 'B']));
  const results = await Promise.all([
    store.append(appendOf('taken', 0, ['A', 'B', 'C'])),
    store.append(appendOf('new', 0, ['A', 'B'])),
    store.append(appendOf('gap', 3)),
    store.append(appendOf('taken', 2, ['C'])),
  ]);
  expect(results).toMatchObject([
    { appended: false, existing: { version: 1, type: 'A' } },
    { appended: true, version: 2 },
    { appended: false, existing: undefined },
    { appended: true, version: 3 },
  ]);
  const streams = await store.read(
    ['taken', 'gap', 'new'].map((id) => ({ bucket: appendOf(id).bucket, streamId: id })),
  );
  expect(streams.map((events) => events.map(({ version, type }) => `${version}${type}`))).toEqual([
    ['1A', '2B', '3C'],
    [],
    ['1A', '2B'],
  ]);
  expect(streams[0]?.[0]?.data).toEqual({ streamId: 'taken', text: 'a "quoted", {braced} \\ ü' });
  expect(await count('outbox')).toBe(5);
});

test('data that PostgreSQL refuses fails only its own append', async () => {
  const store = createEventStore(pool, { schema: 'orders' });
  const bad = { ...appendOf('x'), streamId: 'nul\0' };
  const results = await Promise.allSettled(
    [appendOf('a'), bad, appendOf('b')].map((append) => store.append(append)),
  );
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(await count('events')).toBe(2);
});

test('many concurrent writers of the same streams do not deadlock', async () => {
  const stores = [1, 2, 3].map(() => createEventStore(pool, { schema: 'orders', maxInFlight: 2 }));
  const ids = Array.from({ length: 300 }, (_, index) => `s${index}`);
  const results = await Promise.all(
    stores.flatMap((store, index) =>
      (index === 1 ? ids.toReversed() : ids).map((id) => store.append(appendOf(id))),
    ),
  );
  expect(results.filter(({ appended }) => appended)).toHaveLength(300);
  expect([await count('events'), await count('outbox')]).toEqual([300, 300]);
});

test('reading streams scans only their own rows, however many others there are', async () => {
  await pool.query(
    `insert into orders.events (bucket, stream_id, version, type, data)
     select n % 12, 'stream' || n, version, 'A', '{}'
     from generate_series(1, 20000) n, generate_series(1, 3) version`,
  );
  const keys = Array.from({ length: 100 }, (_, index) => index * 7 + 1);
  const scanned = await rowsScanned(pool, 'events', readStatement('orders'), [
    keys.map((key) => key % 12),
    keys.map((key) => `stream${key}`),
  ]);
  expect(scanned).toBe(300);
});

test('a table that is not large yet is not read as a whole either, with statistics or without', async () => {
  await pool.query(
    `insert into orders.events (bucket, stream_id, version, type, data)
     select n % 12, 'stream' || n, version, 'A', '{}'
     from generate_series(1, 1500) n, generate_series(1, 2) version`,
  );
  const keys = Array.from({ length: 200 }, (_, index) => index * 7 + 1);
  const streams = [keys.map((key) => key % 12), keys.map((key) => `stream${key}`)];
  const all = <Value>(value: Value): Value[] => keys.map(() => value);
  for (const statistics of [false, true]) {
    if (statistics) await pool.query('analyze orders.events');
    expect(await rowsScanned(pool, 'events', readStatement('orders'), streams)).toBe(400);
    const data = JSON.stringify(all({}));
    const rows = [...streams, all(3), all('B'), data, all(2)];
    expect(await rowsScanned(pool, 'events', insertStatement('orders'), rows)).toBeLessThanOrEqual(400);
    await pool.query('delete from orders.events where version = 3');
    const nothing = all(null);
    const singles = [
      ...streams,
      all(2),
      all('B'),
      data,
      nothing,
      nothing,
      nothing,
      nothing,
      nothing,
      nothing,
    ];
    expect(await rowsScanned(pool, 'events', singlesStatement('orders'), singles)).toBeLessThanOrEqual(400);
    await pool.query('delete from orders.events where version = 3');
  }
});
