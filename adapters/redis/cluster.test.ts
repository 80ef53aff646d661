import { expect, test, vi } from 'vitest';
import { atMostEvery, closeRedis, connectRedis } from './cluster.ts';

test('a client is made while nobody is there, tells of it, and can be closed', async () => {
  const errors: unknown[] = [];
  const cluster = connectRedis(['127.0.0.1:1', '127.0.0.1:2'], { onError: (error) => errors.push(error) });
  await vi.waitFor(() => expect(errors.length).toBeGreaterThan(0));
  await closeRedis(cluster);
  // ioredis calls a client that never connected 'disconnecting' for ever; it only must not try again.
  expect(['disconnecting', 'end']).toContain(cluster.status);
});

test('of a storm of errors the first of each period is reported', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  try {
    const reported: unknown[] = [];
    const report = atMostEvery(1000, (error) => reported.push(error));
    for (const step of [0, 10, 500, 600, 10]) {
      vi.advanceTimersByTime(step);
      report(performance.now());
    }
    expect(reported).toHaveLength(2);
  } finally {
    vi.useRealTimers();
  }
});
