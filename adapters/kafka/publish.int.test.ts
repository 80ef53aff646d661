import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { localEnvironmentVariables } from '../../environments/local.ts';
import { resetStack, startStack } from '../../scripts/stack/index.ts';
import { sharedStack } from '../../scripts/testing/shared-stack.ts';
import type { OutboxRow } from '../../platform/ports/event-store.ts';
import { eventOf } from './cloud-event.ts';
import type { ReceivedMessage } from '../../platform/ports/messages.ts';
import { consume } from './consume.ts';
import { registerCodecs } from './codecs.ts';
import { publisher } from './publish.ts';

const kafka = new Kafka({
  brokers: [localEnvironmentVariables(sharedStack)['KAFKA_BROKERS'] ?? ''],
  logLevel: logLevel.NOTHING,
});
const topics = ['plain-events', 'packed-events', 'large-events'];

let owned = false;
beforeAll(async () => {
  registerCodecs();
  ({ owned } = await startStack(sharedStack, {
    reuse: true,
    topics,
  }));
}, 180_000);
afterAll(async () => {
  if (owned) await resetStack(sharedStack);
}, 60_000);

const rowsOf = (topic: string): Omit<OutboxRow, 'id'>[] =>
  Array.from({ length: 600 }, (_, index) => ({
    bucket: index % sharedStack.partitions,
    topic,
    key: `ord_use1_${index % sharedStack.partitions}`,
    type: 'OrderPlaced',
    eventId: `${topic}/${index}`,
    payload: JSON.stringify({ index, note: 'ünïcode'.repeat(20) }),
    traceparent: index % 2 === 0 ? '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' : null,
    occurredAt: new Date('2026-01-01T00:00:00Z'),
  }));

test.each([
  ['plain-events', false],
  ['packed-events', true],
])('%s: every row arrives in its bucket, in order, with its attributes', async (topic, compress) => {
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, idempotent: true });
  await producer.connect();
  const rows = rowsOf(topic);
  await publisher(producer, { source: '/orders', compress })(rows);
  await producer.disconnect();

  const received = await receivedFrom(topic, rows.length);
  for (let bucket = 0; bucket < sharedStack.partitions; bucket += 1) {
    const arrived = received.filter(({ partition }) => partition === bucket);
    const sent = rows.filter((row) => row.bucket === bucket);
    expect(arrived.map(({ value }) => value?.toString())).toEqual(sent.map(({ payload }) => payload));
    expect(arrived.map((message) => eventOf(message.headers()))).toEqual(
      sent.map(({ eventId: id, type, traceparent }) => ({
        event: {
          id,
          type,
          source: '/orders',
          ...(traceparent === null ? {} : { traceparent }),
        },
      })),
    );
  }
});

test('orders of a hundred lines that piled up in one bucket arrive, although no batch could hold them', async () => {
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, idempotent: true });
  await producer.connect();
  const rows = Array.from({ length: 150 }, (_, index) => ({
    ...rowsOf('large-events')[0]!,
    eventId: `large-events/${index}`,
    payload: JSON.stringify({ index, lines: 'x'.repeat(14_000) }),
  }));
  await publisher(producer, { source: '/orders', compress: false })(rows);
  await producer.disconnect();
  const admin = kafka.admin();
  await admin.connect();
  const [offsets] = (await admin.fetchTopicOffsets('large-events')).filter(
    ({ partition }) => partition === 0,
  );
  await admin.disconnect();
  expect(offsets?.high).toBe('150');
});

test.each(['gzip', 'lz4', 'zstd'])('what the broker has compressed with %s is read', async (compression) => {
  const topic = `${compression}-by-broker-events`;
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({
    topics: [
      {
        topic,
        numPartitions: sharedStack.partitions,
        configEntries: [{ name: 'compression.type', value: compression }],
      },
    ],
    waitForLeaders: true,
  });
  await admin.disconnect();
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, idempotent: true });
  await producer.connect();
  const rows = rowsOf(topic);
  await publisher(producer, { source: '/orders', compress: false })(rows);
  await producer.disconnect();
  const received = await receivedFrom(topic, rows.length);
  expect(new Set(received.map(({ value }) => value?.toString()))).toEqual(
    new Set(rows.map(({ payload }) => payload)),
  );
});

async function receivedFrom(topic: string, count: number): Promise<readonly ReceivedMessage[]> {
  const received: ReceivedMessage[] = [];
  const stop = await consume(kafka.consumer({ groupId: `of-${topic}`, maxWaitTimeInMs: 50 }), {
    topics: [topic],
    handle: async (batch) => void received.push(...batch),
    only: new Set(['OrderPlaced']),
    inOrder: true,
    onFailure: () => 50,
    paceMs: () => 5,
    commitEveryMs: 100,
    heartbeatEveryMs: 500,
  });
  await vi.waitUntil(() => received.length >= count, { timeout: 30_000 });
  await stop();
  return received;
}
