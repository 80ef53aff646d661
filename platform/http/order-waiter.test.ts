import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { bucketOf } from '../../domain/ids.ts';
import { createMemoryEventStore } from '../../scripts/testing/memory-event-store.ts';
import { createMemoryWake } from '../../scripts/testing/memory-wake.ts';
import type { EventStore, StreamKey } from '../ports/event-store.ts';
import { createOrderWaiter } from './order-waiter.ts';

const partitions = 12;
const orderId = 'ord_use_0123456789abcdefghjkmnpqrs';
const bucket = bucketOf(orderId, partitions);
const otherBucket = (bucket + 1) % partitions;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setUp() {
  const store = createMemoryEventStore();
  const reads: (readonly StreamKey[])[] = [];
  const errors: unknown[] = [];
  let failing = false;
  const wakes = createMemoryWake((error) => errors.push(error));
  const process = new AbortController();
  const orders: EventStore = {
    ...store,
    read(keys) {
      reads.push(keys);
      return failing ? Promise.reject(new Error('no database')) : store.read(keys);
    },
  };
  const waiter = createOrderWaiter({
    orders,
    wake: wakes,
    partitions,
    signal: process.signal,
    onError: (error) => errors.push(error),
  });
  return {
    waiter,
    reads,
    errors,
    process,
    isListening: () => wakes.listeners('orders') > 0,
    fail: (value: boolean) => (failing = value),
    /** Resolves when it was heard. */
    wake: async (...buckets: number[]) => {
      wakes.notify({ service: 'orders', buckets });
      await vi.advanceTimersByTimeAsync(0);
    },
    /** The next event of an order. */
    append: async (streamId: string) => {
      const key = { bucket: bucketOf(streamId, partitions), streamId };
      const [known = []] = await store.read([key]);
      const events = [{ type: 'OrderPlaced', data: {} }];
      await store.append({ ...key, expectedVersion: known.length, events, messages: [] });
    },
  };
}

const until = { timeoutMs: 10_000 };

describe('a wake of the bucket', () => {
  test('reads the order and ends the waiting when there is something new', async () => {
    const { waiter, append, wake, reads } = setUp();
    await append(orderId);
    const next = waiter.next(orderId, 1, until);
    await wake(bucket);
    await append(orderId);
    await wake(bucket);
    await expect(next).resolves.toHaveLength(2);
    expect(reads).toHaveLength(2);
  });

  test('costs one read for all who wait in it, and each order stands in it once', async () => {
    const { waiter, append, wake, reads } = setUp();
    const ids = Array.from({ length: 40 }, (_, index) => `order-${index}`);
    const woken = ids.filter((id) => bucketOf(id, partitions) === bucketOf(ids[0]!, partitions));
    const waits = [...ids, ...ids].map((id) => waiter.next(id, 0, until));
    for (const id of ids) await append(id);
    await wake(bucketOf(ids[0]!, partitions));
    expect(reads.map((keys) => keys.map(({ streamId }) => streamId))).toEqual([woken]);
    await vi.advanceTimersByTimeAsync(500);
    expect((await Promise.all(waits)).map((events) => events?.length)).toEqual(ids.concat(ids).map(() => 1));
    expect(reads).toHaveLength(2);
  });

  test('of another bucket, or while nobody waits, reads nothing', async () => {
    const { waiter, wake, reads } = setUp();
    await wake(bucket);
    void waiter.next(orderId, 0, until);
    await wake(otherBucket);
    expect(reads.flat()).toEqual([]);
  });
});

test('a lost wake costs half a second', async () => {
  const { waiter, append } = setUp();
  const next = waiter.next(orderId, 0, until);
  await append(orderId);
  await vi.advanceTimersByTimeAsync(500);
  await expect(next).resolves.toHaveLength(1);
});

test('the waiting goes on when the database could not be read', async () => {
  const { waiter, append, wake, fail, errors } = setUp();
  const next = waiter.next(orderId, 0, until);
  fail(true);
  await append(orderId);
  await wake(bucket);
  expect(errors).toHaveLength(1);
  fail(false);
  await vi.advanceTimersByTimeAsync(500);
  await expect(next).resolves.toHaveLength(1);
});

test('ends without events after its time, with the client, and with the process', async () => {
  const { waiter, process, isListening } = setUp();
  const client = new AbortController();
  const late = waiter.next(orderId, 0, { timeoutMs: 1000 });
  const left = waiter.next(orderId, 0, { ...until, signal: client.signal });
  const drained = waiter.next(orderId, 0, until);
  await vi.advanceTimersByTimeAsync(1000);
  await expect(late).resolves.toBeUndefined();
  client.abort();
  await expect(left).resolves.toBeUndefined();
  process.abort();
  await expect(drained).resolves.toBeUndefined();
  expect(isListening()).toBe(false);
  await expect(waiter.next(orderId, 0, until)).resolves.toBeUndefined();
});

test('nothing ticks when nobody waits', async () => {
  const { waiter, append, wake, reads } = setUp();
  const next = waiter.next(orderId, 0, until);
  await append(orderId);
  await wake(bucket);
  await next;
  await vi.advanceTimersByTimeAsync(500);
  expect(vi.getTimerCount()).toBe(0);
  expect(reads).toHaveLength(1);
});
