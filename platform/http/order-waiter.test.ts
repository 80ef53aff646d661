import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { bucketOf } from '../../domain/ids.ts';
import type { EventStore, StoredEvent, StreamKey } from '../ports/event-store.ts';
import { createOrderWaiter } from './order-waiter.ts';

const partitions = 12;
const orderId = 'ord_use_0123456789abcdefghjkmnpqrs';
const bucket = bucketOf(orderId, partitions);
const otherBucket = (bucket + 1) % partitions;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setUp() {
  const streams = new Map<string, StoredEvent[]>();
  const reads: (readonly StreamKey[])[] = [];
  const errors: unknown[] = [];
  let failing = false;
  let listener: ((buckets: readonly number[]) => void) | undefined;
  const process = new AbortController();
  const orders: Pick<EventStore, 'read'> = {
    async read(keys) {
      reads.push(keys);
      if (failing) throw new Error('no database');
      return keys.map(({ streamId }) => [...(streams.get(streamId) ?? [])]);
    },
  };
  const waiter = createOrderWaiter({
    orders: orders as EventStore,
    wake: {
      notify: () => undefined,
      listen(service, given) {
        expect(service).toBe('orders');
        listener = given;
        return () => (listener = undefined);
      },
    },
    partitions,
    signal: process.signal,
    onError: (error) => errors.push(error),
  });
  return {
    waiter,
    reads,
    errors,
    process,
    isListening: () => listener !== undefined,
    fail: (value: boolean) => (failing = value),
    wake: (...buckets: number[]) => listener?.(buckets),
    append: (id: string) => {
      const events = streams.get(id) ?? [];
      events.push({
        bucket: bucketOf(id, partitions),
        streamId: id,
        version: events.length + 1,
        type: 'OrderPlaced',
        data: {},
        recordedAt: new Date(0),
      });
      streams.set(id, events);
    },
  };
}

const until = { timeoutMs: 10_000 };

describe('a wake of the bucket', () => {
  test('reads the order and ends the waiting when there is something new', async () => {
    const { waiter, append, wake, reads } = setUp();
    append(orderId);
    const next = waiter.next(orderId, 1, until);
    wake(bucket);
    await vi.advanceTimersByTimeAsync(0);
    append(orderId);
    wake(bucket);
    await expect(next).resolves.toHaveLength(2);
    expect(reads).toHaveLength(2);
  });

  test('costs one read for all who wait in it, and each order stands in it once', async () => {
    const { waiter, append, wake, reads } = setUp();
    const ids = Array.from({ length: 40 }, (_, index) => `order-${index}`);
    const woken = ids.filter((id) => bucketOf(id, partitions) === bucketOf(ids[0]!, partitions));
    const waits = [...ids, ...ids].map((id) => waiter.next(id, 0, until));
    for (const id of ids) append(id);
    wake(bucketOf(ids[0]!, partitions));
    await vi.advanceTimersByTimeAsync(0);
    expect(reads.map((keys) => keys.map(({ streamId }) => streamId))).toEqual([woken]);
    await vi.advanceTimersByTimeAsync(500);
    expect((await Promise.all(waits)).map((events) => events?.length)).toEqual(ids.concat(ids).map(() => 1));
    expect(reads).toHaveLength(2);
  });

  test('of another bucket, or while nobody waits, reads nothing', async () => {
    const { waiter, wake, reads } = setUp();
    wake(bucket);
    void waiter.next(orderId, 0, until);
    wake(otherBucket);
    await vi.advanceTimersByTimeAsync(0);
    expect(reads.flat()).toEqual([]);
  });
});

test('a lost wake costs half a second', async () => {
  const { waiter, append } = setUp();
  const next = waiter.next(orderId, 0, until);
  append(orderId);
  await vi.advanceTimersByTimeAsync(500);
  await expect(next).resolves.toHaveLength(1);
});

test('the waiting goes on when the database could not be read', async () => {
  const { waiter, append, wake, fail, errors } = setUp();
  const next = waiter.next(orderId, 0, until);
  fail(true);
  append(orderId);
  wake(bucket);
  await vi.advanceTimersByTimeAsync(0);
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
  append(orderId);
  wake(bucket);
  await next;
  await vi.advanceTimersByTimeAsync(500);
  expect(vi.getTimerCount()).toBe(0);
  expect(reads).toHaveLength(1);
});
