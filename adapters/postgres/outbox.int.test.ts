import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { OutboxRow } from '../../platform/ports/event-store.ts';
import { openTestDatabase, rowsScanned, type TestDatabase } from '../../scripts/test-database.ts';
import { appendOf } from '../../scripts/testing/append-sample.ts';
import { sharedStack } from '../../scripts/testing/shared-stack.ts';
import { createEventStore } from './event-store.ts';
import { readOutboxStatement, runRelay, type RelaySettings } from './outbox.ts';

const buckets = Array.from({ length: sharedStack.partitions }, (_, bucket) => bucket);

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await openTestDatabase(sharedStack);
  ({ pool } = database);
}, 180_000);
beforeEach(async () => {
  await pool.query('truncate orders.events, orders.outbox, orders.relay_lease, orders.relay_member');
});

const stops: (() => Promise<void>)[] = [];

afterEach(() => Promise.all(stops.splice(0).map((stop) => stop())));

afterAll(() => database?.close(), 60_000);

const waiting = async (): Promise<number> => (await pool.query('select from orders.outbox')).rowCount ?? 0;

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
  await vi.waitFor(async () => expect(await waiting()).toBe(0), 5000);
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
  await vi.waitFor(async () => expect(await waiting()).toBe(0), 5000);
  expect(new Set(again.map((row) => row.eventId))).toEqual(new Set(published.map((row) => row.eventId)));
  for (const id of ids)
    expect(again.filter((row) => row.key === id).map((row) => row.type)).toEqual(['A', 'B']);
  death.resolve();
});

test('a relay goes on while Kafka is away and while there is nothing, and is silent where a publication never settles', async () => {
  let beats = 0;
  let fate: 'rejects' | 'hangs' = 'rejects';
  const hanging = Promise.withResolvers<void>();
  let published = 0;
  const { stop } = startRelay('beating', [], {
    beat: () => void (beats += 1),
    publish: () => {
      published += 1;
      return fate === 'hangs' ? hanging.promise : Promise.reject(new Error('Kafka is away'));
    },
  });
  const goesOn = async (): Promise<void> => {
    const before = beats;
    await vi.waitFor(() => expect(beats).toBeGreaterThan(before + 3), 5000);
  };
  await goesOn();
  await createEventStore(pool, { schema: 'orders' }).append(appendOf('order', 0));
  await vi.waitFor(() => expect(published).toBeGreaterThan(1), 5000);
  await goesOn();
  fate = 'hangs';
  const until = published;
  await vi.waitFor(() => expect(published).toBe(until + 1), 5000);
  const before = beats;
  await sleep(200); // twenty times as long as an idle wait
  expect(beats).toBe(before);
  hanging.resolve();
  await stop();
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
