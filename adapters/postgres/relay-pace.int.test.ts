import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { OutboxRow } from '../../platform/ports/event-store.ts';
import { openTestDatabase } from '../../scripts/test-database.ts';
import { sharedStack } from '../../scripts/testing/shared-stack.ts';
import { insertOutbox } from './outbox-insert.ts';
import { runRelay } from './outbox.ts';

const minute = 60_000;

test('a relay waits between its passes, but not while a bucket has more than one takes', async () => {
  const database = await openTestDatabase(sharedStack);
  const ending = new AbortController();
  const published: OutboxRow[] = [];
  const insert = (count: number) =>
    insertOutbox(
      database.pool,
      'orders',
      Array.from({ length: count }, (_, index) => ({
        bucket: 3,
        topic: 'order-events',
        key: 'order',
        type: 'OrderPlaced',
        eventId: `${published.length}/${index}`,
        payload: {},
        occurredAt: new Date(0),
      })),
    );
  try {
    await insert(9);
    const ended = runRelay(
      database.pool,
      {
        schema: 'orders',
        buckets: [3],
        owner: 'paced',
        leaseMs: minute,
        idleMs: 10,
        rowsPerBucket: 2,
        paceMs: () => minute,
        publish: async (rows) => void published.push(...rows),
      },
      ending.signal,
    );
    await expect.poll(() => published.length, { timeout: 5000 }).toBe(9);
    await insert(1);
    await sleep(500);
    expect(published).toHaveLength(9);
    ending.abort();
    await ended;
  } finally {
    ending.abort();
    await database.close();
  }
});
