import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { OutboxRow } from '../../../platform/ports/event-store.ts';
import { openTestDatabase, type TestDatabase } from '../../../scripts/test-database.ts';
import { sharedStack } from '../../../scripts/testing/shared-stack.ts';
import { migrate } from '../migrate.ts';
import { runRelay } from '../outbox.ts';
import { createPool } from '../pool.ts';
import { citusStandIn } from './stand-in.ts';

const { partitions } = sharedStack;
let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase(sharedStack);
  await database.pool.query(citusStandIn(partitions, 2));
  await migrate(database.url, { partitions });
}, 180_000);
afterAll(() => database?.close(), 60_000);

const append = (bucket: number, eventId: string) =>
  database.pool.query(
    `insert into orders.outbox (bucket, topic, key, type, event_id, payload, occurred_at)
     values ($1, 't', 'k', 'T', $2, '{}', now())`,
    [bucket, eventId],
  );

test('a shard that is away holds up the relay of no other bucket', async () => {
  await database.pool.query(`
    create function away() returns trigger language plpgsql as $$ begin
      raise exception 'connection to the remote node failed' using errcode = '08006';
    end $$;
    create trigger away before delete on orders.outbox_b1 for each row execute function away()`);
  const ending = new AbortController();
  const pool = createPool({ url: database.url, byBucket: true });
  const published: OutboxRow[] = [];
  const onError = vi.fn<(error: unknown) => void>();
  const buckets = Array.from({ length: partitions }, (_, bucket) => bucket);
  const ended = runRelay(
    pool,
    {
      ...{ schema: 'orders', buckets, owner: 'me', leaseMs: 3000, idleMs: 10, onError },
      publish: async (rows) => void published.push(...rows),
    },
    ending.signal,
  );
  await append(1, 'stays');
  await vi.waitFor(() => expect(onError).toHaveBeenCalled(), 5000);
  for (const eventId of ['a', 'b']) {
    await append(2, eventId);
    await vi.waitFor(() => expect(published.map((row) => row.eventId)).toContain(eventId), 5000);
  }
  expect(onError.mock.calls[0]![0]).toMatchObject({ code: 'postgres-unavailable' });
  await database.pool.query('drop function away cascade');
  const left = async () => (await database.pool.query('select from orders.outbox')).rowCount;
  await vi.waitFor(async () => expect(await left()).toBe(0), 5000);
  ending.abort();
  await ended;
  await pool.end();
});
