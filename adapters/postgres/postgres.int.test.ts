import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { localStack } from '../../environments/local.ts';
import type { Append, OutboxRow } from '../../platform/ports/event-store.ts';
import { openTestDatabase, rowsScanned, type TestDatabase } from '../../scripts/test-database.ts';
import { singlesStatement } from './append-singles.ts';
import { createEventStore } from './event-store.ts';
import { insertStatement, readStatement } from './event-streams.ts';
import { migrate } from './migrate.ts';
import { readOutboxStatement, runRelay, type RelaySettings } from './outbox.ts';

const stack = localStack('test', 8000);
const buckets = Array.from({ length: stack.partitions }, (_, bucket) => bucket);

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await openTestDatabase(stack);
  ({ pool } = database);
  // It is migrated: two more at once find nothing to do.
  await Promise.all([migrate(database.url), migrate(database.url)]);
}, 180_000);

beforeEach(async () => {
  await pool.query('truncate orders.events, orders.outbox, orders.relay_lease, orders.relay_member');
});

const stops: (() => Promise<void>)[] = [];

afterEach(() => Promise.all(stops.splice(0).map((stop) => stop())));

afterAll(() => database?.close(), 60_000);

const bucketOf = (streamId: string): number =>
  Buffer.from(streamId).reduce((sum, byte) => sum + byte, 0) % stack.partitions;

function appendOf(streamId: string, expectedVersion = 0, types: readonly string[] = ['OrderPlaced']): Append {
  return {
    bucket: bucketOf(streamId),
    streamId,
    expectedVersion,
    events: types.map((type) => ({ type, data: { streamId, text: 'a "quoted", {braced} \\ ü' } })),
    messages: types.map((type, index) => ({
      topic: 'order-events',
      key: streamId,
      type,
      eventId: `${streamId}/${expectedVersion + index + 1}`,
      payload: { streamId },
      occurredAt: new Date(0),
    })),
  };
}

const count = async (table: string): Promise<number> =>
  Number((await pool.query<{ count: string }>(`select count(*) from orders.${table}`)).rows[0]?.count);

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
    ['taken', 'gap', 'new'].map((id) => ({ bucket: bucketOf(id), streamId: id })),
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

function startRelay(owner: string, published: OutboxRow[], settings: Partial<RelaySettings> = {}) {
  const controller = new AbortController();
  const errors: unknown[] = [];
  const ended = runRelay(
    pool,
    {
      schema: 'orders',
      buckets,
      owner,
      leaseMs: 600,
      idleMs: 10,
      publish: async (rows) => void published.push(...rows),
      onError: (error) => errors.push(error),
      ...settings,
    },
    controller.signal,
  );
  const stop = async (): Promise<void> => {
    controller.abort();
    await ended;
  };
  stops.push(stop);
  return { stop, errors };
}

const leases = async (): Promise<Record<string, number>> => {
  const { rows } = await pool.query<{ owner: string; count: string }>(
    'select owner, count(*) from orders.relay_lease where expires_at > now() group by owner',
  );
  return Object.fromEntries(rows.map((row) => [row.owner, Number(row.count)]));
};

test('two relays share the leases, and each order is published once and in order', async () => {
  const store = createEventStore(pool, { schema: 'orders' });
  const published: OutboxRow[] = [];
  const first = startRelay('first', published);
  await vi.waitFor(async () => expect(await leases()).toEqual({ first: 12 }));
  const second = startRelay('second', published);
  const ids = Array.from({ length: 100 }, (_, index) => `order${index}`);
  for (const version of [0, 1, 2]) {
    await Promise.all(ids.map((id) => store.append(appendOf(id, version))));
    await sleep(150);
  }
  await vi.waitFor(async () => expect(await leases()).toEqual({ first: 6, second: 6 }), 5000);
  await vi.waitFor(async () => expect(await count('outbox')).toBe(0), 5000);
  for (const id of ids)
    expect(published.filter((row) => row.key === id).map((row) => row.eventId)).toEqual(
      [1, 2, 3].map((version) => `${id}/${version}`),
    );
  expect(published[0]).toMatchObject({
    payload: expect.stringContaining('{"streamId":"order'),
    type: 'OrderPlaced',
  });
  await first.stop();
  await vi.waitFor(async () => expect(await leases()).toEqual({ second: 12 }), 5000);
  expect([...first.errors, ...second.errors]).toEqual([]);
});

test('a relay that dies between publishing and deleting only duplicates', async () => {
  const store = createEventStore(pool, { schema: 'orders' });
  const published: OutboxRow[] = [];
  const ids = Array.from({ length: 30 }, () => randomUUID());
  await store.appendAll(ids.map((id) => appendOf(id, 0, ['A', 'B'])));
  const death = Promise.withResolvers<void>();
  startRelay('dying', published, {
    publish: async (rows) => {
      published.push(...rows);
      await death.promise;
      throw new Error('dead');
    },
  });
  await vi.waitFor(() => expect(published).toHaveLength(60));
  const again: OutboxRow[] = [];
  startRelay('heir', again);
  await vi.waitFor(async () => expect(await count('outbox')).toBe(0), 5000);
  expect(new Set(again.map((row) => row.eventId))).toEqual(new Set(published.map((row) => row.eventId)));
  for (const id of ids)
    expect(again.filter((row) => row.key === id).map((row) => row.type)).toEqual(['A', 'B']);
  death.resolve();
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

test('a relay scans only the rows that it takes, however long the backlog is', async () => {
  await pool.query(
    `insert into orders.relay_lease select n, 'me', now() + interval '1 minute' from generate_series(0, 11) n`,
  );
  await pool.query(
    `insert into orders.outbox (bucket, topic, key, type, event_id, payload, occurred_at)
     select n % 12, 'order-events', 'k', 'A', 'e' || n, '{}', now() from generate_series(1, 20000) n`,
  );
  expect(await rowsScanned(pool, 'outbox', readOutboxStatement('orders'), [buckets, 'me', 10])).toBe(120);
});
