import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { OutboxRow } from '../../platform/ports/event-store.ts';
import { resetStack, startStack } from '../../scripts/stack/index.ts';
import { startKafkaProxy, type KafkaProxy } from '../../scripts/testing/kafka-proxy.ts';
import { sharedStack } from '../../scripts/testing/shared-stack.ts';
import { createBus, type Bus } from './bus.ts';

const { host, ports } = sharedStack;
const topic = `cut-events-${Date.now()}`;

let owned = false;
let proxy: KafkaProxy;
let bus: Bus;
beforeAll(async () => {
  ({ owned } = await startStack(sharedStack, { reuse: true, topics: [topic] }));
  proxy = await startKafkaProxy();
  bus = createBus({
    brokers: [`${host}:${proxy.port}`],
    clientId: 'bus-test',
    source: '/test',
    compress: false,
    log: () => undefined,
    onConsumerLost: () => undefined,
  });
}, 180_000);
afterAll(async () => {
  await bus?.close();
  proxy?.close();
  if (owned) await resetStack(sharedStack);
}, 60_000);

const rowOf = (eventId: string): OutboxRow => ({
  id: eventId,
  bucket: 0,
  topic,
  key: 'ord_use1_0',
  type: 'OrderPlaced',
  eventId,
  payload: '{}',
  traceparent: null,
  occurredAt: new Date(),
});

// The broker has the rows, and the sender does not know it. A producer that was kept would send what comes next with the
// same sequence numbers: the broker takes that for a repetition, acknowledges it and drops it.
test('what is sent after a send of unknown fate arrives', async () => {
  await bus.publishRows([rowOf('before')]);
  proxy.cutAtNextAnswer();
  await expect(bus.publishRows([rowOf('cut')])).rejects.toMatchObject({ code: 'kafka-unavailable' });
  expect(await arrived(2)).toEqual(['before', 'cut']);
  proxy.mend();
  await bus.publishRows([rowOf('after')]);
  await bus.publishRows([rowOf('later')]);
  expect(await arrived(4)).toEqual(['before', 'cut', 'after', 'later']);
});

/** Ids on the partition, read directly, once there are so many. */
async function arrived(count: number): Promise<string[]> {
  const kafka = new Kafka({ brokers: [`${host}:${ports.kafka}`], logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: `of-${topic}-${count}`, maxWaitTimeInMs: 50 });
  const ids: string[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message }) => void ids.push(String(message.headers?.['ce_id'])),
  });
  await vi.waitFor(() => expect(ids.length).toBeGreaterThanOrEqual(count), { timeout: 20_000 });
  await consumer.disconnect();
  return ids;
}
