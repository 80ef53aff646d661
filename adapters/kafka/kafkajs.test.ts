import { createRequire } from 'node:module';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Kafka } from './kafkajs.ts';

type Request = { readonly correlationId: number };
type Queue = {
  pending: unknown[];
  inflight: Map<number, unknown>;
  throttledUntil: number;
  checkPendingRequests(): void;
  push(pushed: { entry: Request; expectResponse: boolean; sendRequest: () => void }): void;
};
const require = createRequire(import.meta.url);
const queueFile = require.resolve('kafkajs/src/network/requestQueue/index.js');
const RequestQueue = require(queueFile) as new (options: object) => Queue;

const queueOf = (): Queue =>
  new RequestQueue({
    maxInFlightRequests: 1,
    requestTimeout: 1000,
    enforceRequestTimeout: false,
    clientId: 'test',
    broker: 'test',
    logger: { debug: () => undefined },
  });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a connection on which nothing waits sets no timer', () => {
  expect(Kafka).toBeDefined(); // loaded with our changes
  const queue = queueOf();
  queue.checkPendingRequests();
  expect(vi.getTimerCount()).toBe(0);
});

test('what the broker’s throttling holds back goes out when it ends, and then there is no timer any more', () => {
  const queue = queueOf();
  queue.throttledUntil = Date.now() + 200;
  const sent = vi.fn();
  queue.push({ entry: { correlationId: 1 }, expectResponse: true, sendRequest: sent });
  vi.advanceTimersByTime(190);
  expect(sent).not.toHaveBeenCalled();
  vi.advanceTimersByTime(20);
  expect(sent).toHaveBeenCalledTimes(1);
  expect(vi.getTimerCount()).toBe(0);
});

test('what waits for one in flight goes out though it is not told so', () => {
  const queue = queueOf();
  const sent = vi.fn();
  queue.push({ entry: { correlationId: 1 }, expectResponse: true, sendRequest: sent });
  queue.push({ entry: { correlationId: 2 }, expectResponse: true, sendRequest: sent });
  queue.inflight.clear();
  vi.advanceTimersByTime(20);
  expect(sent).toHaveBeenCalledTimes(2);
});

test('a kafkajs without the method is refused as the process starts', async () => {
  const loaded = require.cache[queueFile]!;
  const exports: unknown = loaded.exports;
  loaded.exports = { prototype: {} };
  vi.resetModules();
  try {
    await expect(import('./kafkajs.ts')).rejects.toThrow('has no scheduleCheckPendingRequests');
  } finally {
    loaded.exports = exports;
  }
});
