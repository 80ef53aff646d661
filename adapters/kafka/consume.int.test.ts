import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { localEnvironmentVariables } from '../../environments/local.ts';
import { resetStack, startStack } from '../../scripts/stack/index.ts';
import { sharedStack } from '../../scripts/testing/shared-stack.ts';
import { PartlyHandled, type ReceivedMessage } from '../../platform/ports/messages.ts';
import { consume } from './consume.ts';

const brokers = [localEnvironmentVariables(sharedStack)['KAFKA_BROKERS'] ?? ''];
const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING });
const partitions = sharedStack.partitions;

let owned = false;
beforeAll(async () => {
  ({ owned } = await startStack(sharedStack, {
    reuse: true,
    topics: ['merged', 'failing', 'partly', 'restarted', 'filtered', 'overlapping', 'behind'],
  }));
}, 180_000);
afterAll(async () => {
  if (owned) await resetStack(sharedStack);
}, 60_000);

async function produce(topic: string, from: number, count: number, among = partitions): Promise<void> {
  const producer = kafka.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    // Without it a retry of a send to a new topic, whose leaders are not all there yet, repeats messages.
    idempotent: true,
    maxInFlightRequests: 1,
  });
  await producer.connect();
  const messages = Array.from({ length: count }, (_, index) => ({
    value: String(from + index),
    headers: { ce_id: String(from + index), ce_type: index % 2 === 0 ? 'Even' : 'Odd' },
    partition: (from + index) % among,
  }));
  await producer.send({ topic, messages });
  await producer.disconnect();
}

const both = new Set(['Even', 'Odd']);
const start = (
  topic: string,
  handle: (received: readonly ReceivedMessage[]) => Promise<void>,
  only: ReadonlySet<string> = both,
  inOrder = true,
  { paceMs = 5, ...settings }: { readonly paceMs?: number; readonly maxBytesPerPartition?: number } = {},
) =>
  consume(
    kafka.consumer({
      groupId: `of-${topic}`,
      sessionTimeout: 6000,
      heartbeatInterval: 500,
      maxWaitTimeInMs: 50,
      ...settings,
    }),
    {
      topics: [topic],
      only,
      inOrder,
      handle,
      onFailure: () => 50,
      paceMs: () => paceMs,
      commitEveryMs: 100,
      heartbeatEveryMs: 500,
    },
  );
const values = (received: readonly ReceivedMessage[]): number[] => received.map(({ value }) => Number(value));
const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const ascending = (list: readonly number[]): number[] => list.toSorted((a, b) => a - b);

test('a fetch of all partitions is few handler calls, in order within each partition', async () => {
  await produce('merged', 0, 1200);
  const calls: number[][] = [];
  const stop = await start('merged', async (received) => void calls.push(values(received)));
  await vi.waitUntil(() => calls.flat().length >= 1200, { timeout: 30_000 });
  await stop();
  const all = calls.flat();
  expect(ascending(all)).toEqual(numbers(1200));
  expect(calls.length).toBeLessThan(partitions);
  for (const partition of numbers(partitions)) {
    const own = all.filter((value) => value % partitions === partition);
    expect(own).toEqual(ascending(own));
  }
});

test('a consumer that is behind does not wait from one fetch to the next', async () => {
  for (const from of [0, 60, 120, 180]) await produce('behind', from, 60, 1);
  const calls: number[][] = [];
  const handle = async (received: readonly ReceivedMessage[]) => void calls.push(values(received));
  // So a fetch takes what one send brought.
  const stop = await start('behind', handle, both, true, { paceMs: 600_000, maxBytesPerPartition: 1 });
  await vi.waitUntil(() => calls.flat().length >= 240, { timeout: 30_000 });
  await stop();
  expect(calls.map((call) => call.length)).toEqual([60, 60, 60, 60]);
  expect(calls.flat()).toEqual(numbers(240));
});

test('what failed comes again, and nothing is skipped', async () => {
  await produce('failing', 0, 240);
  let failures = 3;
  const done: number[] = [];
  const stop = await start('failing', async (received) => {
    if (failures-- > 0) throw new Error('database away');
    done.push(...values(received));
  });
  await vi.waitUntil(() => new Set(done).size === 240, { timeout: 30_000 });
  await stop();
  expect(ascending(done)).toEqual(numbers(240));
});

test('a partition that cannot be handled for now holds up no other, and comes again', async () => {
  await produce('partly', 0, 240);
  const done: number[] = [];
  let isAway = true;
  const stop = await start('partly', async (received) => {
    const away = received.filter(({ partition }) => isAway && partition === 3);
    done.push(...values(received.filter((message) => !away.includes(message))));
    if (away.length > 0) throw new PartlyHandled(away, new Error('its shard is away'));
  });
  const others = () => done.filter((value) => value % partitions !== 3);
  await vi.waitUntil(() => others().length >= 220, { timeout: 30_000 });
  await produce('partly', 240, 120);
  await vi.waitUntil(() => others().length >= 330, { timeout: 30_000 });
  expect(done).toEqual(others());
  isAway = false;
  await vi.waitUntil(() => done.length >= 360, { timeout: 30_000 });
  await stop();
  expect(ascending(done)).toEqual(numbers(360));
});

test('a stop commits what was handled: the next member goes on after it', async () => {
  await produce('restarted', 0, 120);
  const first: number[] = [];
  const stopFirst = await start('restarted', async (received) => void first.push(...values(received)));
  await vi.waitUntil(() => first.length >= 120, { timeout: 30_000 });
  await stopFirst();
  await produce('restarted', 120, 120);
  const second: number[] = [];
  const stopSecond = await start('restarted', async (received) => void second.push(...values(received)));
  await vi.waitUntil(() => second.length >= 120, { timeout: 30_000 });
  await stopSecond();
  expect(ascending(second)).toEqual(numbers(240).slice(120));
});

test('what is not wanted is skipped by its header, and its offset is committed all the same', async () => {
  await produce('filtered', 0, 120);
  const even: number[] = [];
  const stop = await start(
    'filtered',
    async (received) => void even.push(...values(received)),
    new Set(['Even']),
  );
  await vi.waitUntil(() => even.length >= 60, { timeout: 30_000 });
  await stop();
  expect(even.every((value) => value % 2 === 0)).toBe(true);
  await produce('filtered', 120, 2);
  const next: number[] = [];
  const stopNext = await start('filtered', async (received) => void next.push(...values(received)));
  await vi.waitUntil(() => next.length >= 2, { timeout: 30_000 });
  await stopNext();
  expect(ascending(next)).toEqual([120, 121]);
});

test('where events may overtake each other a slow batch holds nobody up, and a stop before its end repeats it', async () => {
  await produce('overlapping', 0, 12);
  const slow = Promise.withResolvers<void>();
  const done: number[] = [];
  let calls = 0;
  const handle = async (received: readonly ReceivedMessage[]): Promise<void> => {
    calls += 1;
    if (values(received).includes(0)) await slow.promise;
    done.push(...values(received));
  };
  const stop = await start('overlapping', handle, both, false);
  await vi.waitUntil(() => calls > 0, { timeout: 30_000 });
  await produce('overlapping', 100, 120);
  await vi.waitUntil(() => done.filter((value) => value >= 100).length === 120, { timeout: 30_000 });
  expect(done).not.toContain(0);
  slow.resolve();
  await vi.waitUntil(() => done.includes(0), { timeout: 30_000 });
  await stop();
  expect(ascending(done)).toEqual([...numbers(12), ...numbers(120).map((value) => value + 100)]);
});
