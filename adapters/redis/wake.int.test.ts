import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { localStack } from '../../environments/local.ts';
import { killProcess, redisRoles, startServer, startStack, stopStack } from '../../scripts/stack/index.ts';
import { closeRedis, connectRedis } from './cluster.ts';
import { wakeContract } from './wake.contract.ts';
import { createWakeBus } from './wake.ts';

const stack = localStack('test', 7000);
const nodes = stack.ports.redis.map((port) => `${stack.host}:${port}`);
let owned = false;

beforeAll(async () => {
  ({ owned } = await startStack(stack, { reuse: true }));
});
afterAll(async () => {
  if (owned) await stopStack(stack);
});

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

/** A bus as a process of its own has it, with what its listener heard. */
function join(region = 'us-east', addresses = nodes) {
  const errors: unknown[] = [];
  const onError = (error: unknown): void => void errors.push(error);
  const cluster: Cluster = connectRedis(addresses, { onError });
  const bus = createWakeBus(cluster, { region, onError });
  closers.push(
    () => closeRedis(cluster),
    () => bus.close(),
  );
  const heard: number[][] = [];
  const stop = bus.listen('orders', (buckets) => heard.push(buckets.toSorted((a, b) => a - b)));
  return { bus, cluster, heard, errors, stop };
}

wakeContract('Redis', () => {
  const { bus, errors } = join();
  return { bus, errors };
});

/** Wakes again and again, as appends do, until the other side hears. */
async function untilHeard(from: ReturnType<typeof join>, to: ReturnType<typeof join>, timeout: number) {
  const before = to.heard.length;
  await vi.waitFor(
    () => {
      from.bus.notify({ service: 'orders', buckets: [1] });
      expect(to.heard.length).toBeGreaterThan(before);
    },
    { timeout, interval: 20 },
  );
}

test('wakes cross processes once, collected, and reach their own process without Redis', async () => {
  const [first, second, elsewhere] = [join(), join(), join('eu-central')];
  await untilHeard(first, second, 10_000);
  await untilHeard(second, first, 10_000);
  await vi.waitFor(() => expect(first.heard.length + second.heard.length).toBeGreaterThan(1));
  first.heard.length = 0;
  second.heard.length = 0;
  for (const bucket of [3, 1, 3]) first.bus.notify({ service: 'orders', buckets: [bucket] });
  first.bus.notify({ service: 'payment', buckets: [9] });
  await vi.waitFor(() => expect(second.heard).toContainEqual([1, 3]));
  // Each goes through any of the nodes: when these have come, a second copy of the first would have come too.
  for (const bucket of [4, 5, 6, 7, 8, 9, 10, 11]) {
    first.bus.notify({ service: 'orders', buckets: [bucket] });
    await vi.waitFor(() => expect(second.heard).toContainEqual([bucket]));
  }
  expect(second.heard.filter((buckets) => buckets.includes(3))).toEqual([[1, 3]]);
  expect(first.heard.filter((buckets) => buckets.includes(3))).toEqual([[1, 3]]);
  expect(elsewhere.heard).toEqual([]);
  expect([...first.errors, ...second.errors]).toEqual([]);
});

test('who stopped listening hears no more, and others do', async () => {
  const [first, second] = [join(), join()];
  const other: number[] = [];
  second.bus.listen('orders', (buckets) => other.push(...buckets));
  await untilHeard(first, second, 10_000);
  second.stop();
  second.heard.length = 0;
  first.bus.notify({ service: 'orders', buckets: [5] });
  await vi.waitFor(() => expect(other).toContain(5));
  expect(second.heard).toEqual([]);
});

test('without Redis nothing throws or piles up, and the own process hears', async () => {
  const alone = join('us-east', ['127.0.0.1:1']);
  for (let count = 0; count < 1000; count += 1)
    alone.bus.notify({ service: 'orders', buckets: [count % 12] });
  await vi.waitFor(() => expect(alone.heard).toHaveLength(1));
  expect(alone.heard[0]).toHaveLength(12);
  await vi.waitFor(() => expect(alone.errors.length).toBeGreaterThan(0));
});

/** A master that a listener of these is subscribed on. */
async function masterWithListener({ cluster }: ReturnType<typeof join>): Promise<string> {
  const masters = cluster.nodes('master');
  const counts = await Promise.all(
    masters.map((node) => node.call('PUBSUB', 'NUMSUB', 'meridian:us-east:wake:orders')),
  );
  const index = counts.findIndex((answer) => (answer as [string, number])[1] > 0);
  const port = masters[index]?.options.port;
  return `redis-${stack.ports.redis.findIndex((own) => own === port)}`;
}

test('the master that a listener is subscribed on dies: wakes come through again', async () => {
  const first = join();
  const others = Array.from({ length: 20 }, () => join());
  for (const other of others) await untilHeard(first, other, 10_000);
  const masters = async () => (await redisRoles(stack)).filter(({ role }) => role === 'master');
  const victim = await masterWithListener(first);
  expect((await masters()).map(({ name }) => name)).toContain(victim);
  await killProcess(stack, victim);
  try {
    for (const other of others) {
      await untilHeard(first, other, 15_000);
      await untilHeard(other, first, 15_000);
    }
    await vi.waitFor(async () => expect(await masters()).toHaveLength(3), { timeout: 15_000, interval: 100 });
    for (const other of others) await untilHeard(first, other, 10_000);
  } finally {
    await startServer(stack, victim);
  }
});

test('while most buckets have work, wakes are collected for longer', async () => {
  const { bus, heard } = join();
  const startedMs = performance.now();
  while (performance.now() - startedMs < 300) {
    bus.notify({ service: 'orders', buckets: [0, 1, 2, 3, 4, 5, 6, 7] });
    await delay(1);
  }
  expect(heard.length).toBeGreaterThan(0);
  // Every 4 ms, as for a few buckets, would be three times as many.
  expect(heard.length).toBeLessThan((performance.now() - startedMs) / 20 + 2);
});
