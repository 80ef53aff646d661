import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { createBus, type Bus } from '../adapters/kafka/bus.ts';
import type { Topic } from '../contracts/topics.ts';
import { localEnvironmentVariables } from '../environments/local.ts';
import { defineTask, defineWorker, type AnyWorker } from '../platform/worker.ts';
import { resetStack, startStack } from '../scripts/stack/index.ts';
import { openTestDatabase, type TestDatabase } from '../scripts/test-database.ts';
import { freePort } from '../scripts/testing/free-port.ts';
import { startKafkaProxy, type KafkaProxy } from '../scripts/testing/kafka-proxy.ts';
import { sharedStack } from '../scripts/testing/shared-stack.ts';
import { runProcess, type ProcessParts } from './process.ts';

const { host, ports } = sharedStack;
const hungAfterMs = 8000;
const topic = {
  name: `hung-events-${Date.now()}`,
  crossRegion: false,
  events: { Counted: z.object({ n: z.int() }) },
} as unknown as Topic; // one that no contract knows

let owned = false;
let database: TestDatabase;
let proxy: KafkaProxy;
let bus: Bus;
beforeAll(async () => {
  ({ owned } = await startStack(sharedStack, { reuse: true, topics: [topic.name] }));
  database = await openTestDatabase(sharedStack);
  proxy = await startKafkaProxy();
  bus = createBus({
    brokers: [`${host}:${ports.kafka}`],
    clientId: 'hung-test',
    source: '/test',
    compress: false,
    log: () => undefined,
    onConsumerLost: () => undefined,
  });
}, 180_000);
afterAll(async () => {
  await bus?.close();
  proxy?.close();
  await database?.close();
  if (owned) await resetStack(sharedStack);
}, 60_000);

const worker = (name: string, handleInSteps: () => Promise<void>): AnyWorker =>
  defineWorker({
    name,
    service: 'orders',
    consumes: topic,
    only: ['Counted'] as never,
    publishes: [],
    needs: [],
    scale: { min: 1, max: 1, lagPerReplica: 1 },
    retry: { attempts: 3, firstDelayMs: 1 },
    handleInSteps,
  }) as AnyWorker;
const task = (run: () => Promise<void>) =>
  defineTask({
    name: 'sweep-things',
    service: 'orders',
    needs: [],
    everyMs: 60_000,
    scale: { min: 1, max: 1 },
    run,
  });

/** A process with these parts and Kafka behind the proxy, and what it answers at `/livez`. */
async function start(parts: Partial<ProcessParts>) {
  const port = await freePort();
  const ending = new AbortController();
  const ended = runProcess(
    { gateways: [], workers: [], tasks: [], relays: [], ...parts },
    {
      ...localEnvironmentVariables(sharedStack),
      POSTGRES_URL: database.url,
      KAFKA_BROKERS: `${host}:${proxy.port}`,
      HOST: host,
      METRICS_PORT: String(port),
      LOG_LEVEL: 'fatal',
    },
    { hungAfterMs, signal: ending.signal },
  );
  onTestFinished(async () => {
    ending.abort();
    await ended;
  });
  const ask = async (path: string): Promise<[number, unknown]> => {
    const response = await fetch(`http://${host}:${port}${path}`);
    return [response.status, await response.json()];
  };
  await expect.poll(() => ask('/readyz'), { timeout: 30_000 }).toEqual([200, { status: 'ready' }]);
  return { live: () => ask('/livez') };
}

let published = 0;
const publish = (): Promise<void> => {
  const id = String((published += 1));
  return bus.publish([
    {
      topic: topic.name,
      partition: 0,
      key: 'k',
      id,
      type: 'Counted',
      value: JSON.stringify({ n: published }),
    },
  ]);
};
const live = [200, { status: 'live' }];

test('a worker that hangs in a call fails /livez by its name, and nothing else that waits does', async () => {
  let calls = 0;
  const hanging = worker('hang-numbers', () => ((calls += 1), new Promise(() => undefined)));
  const process = await start({
    workers: [hanging, worker('count-numbers', () => Promise.resolve())],
    tasks: [task(() => Promise.resolve())],
    relays: ['audit'],
  });
  await publish();
  await expect.poll(() => calls, { timeout: 30_000 }).toBe(1);
  expect(await process.live()).toEqual(live);
  await expect.poll(process.live, { timeout: 3 * hungAfterMs, interval: 200 }).not.toEqual(live);
  expect(await process.live()).toEqual([503, { status: 'hung', hung: ['hang-numbers'] }]);
});

test('a task that hangs fails /livez by its name', async () => {
  const process = await start({ tasks: [task(() => new Promise(() => undefined))] });
  await expect
    .poll(process.live, { timeout: 3 * hungAfterMs, interval: 200 })
    .toEqual([503, { status: 'hung', hung: ['sweep-things'] }]);
});

test('a broker that is away is no reason to restart, nor is an outbox that cannot be published', async () => {
  let calls = 0;
  const process = await start({
    workers: [worker('wait-for-numbers', () => Promise.resolve(void (calls += 1)))],
    relays: ['audit'],
  });
  await publish();
  await expect.poll(() => calls, { timeout: 30_000 }).toBeGreaterThan(0);
  const before = calls;
  proxy.cut();
  await database.pool.query(
    `insert into audit.outbox (bucket, topic, key, type, event_id, payload, occurred_at)
     values (1, $1, 'k', 'Counted', 'from-outbox', '{"n":1}', now())`,
    [topic.name],
  );
  const answers: unknown[] = [];
  for (const endMs = performance.now() + 4 * hungAfterMs; performance.now() < endMs; await sleep(250))
    answers.push(await process.live());
  expect(answers.filter((answer) => JSON.stringify(answer) !== JSON.stringify(live))).toEqual([]);
  proxy.mend();
  await expect.poll(() => calls, { timeout: 30_000 }).toBeGreaterThan(before);
});
