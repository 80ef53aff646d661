import { createRequire } from 'node:module';
import { createBus } from '../../adapters/kafka/bus.ts';
import { headersOf } from '../../adapters/kafka/cloud-event.ts';
import { orderEvents } from '../../contracts/order-events.ts';
import { bucketOf, orderIdOf, userIdOf } from '../../domain/ids.ts';
import type { LocalStack } from '../../environments/local.ts';
import type { SharedPorts } from '../../platform/ports/index.ts';
import type { DirectMessage } from '../../platform/ports/messages.ts';
import type { Transactions } from '../../platform/ports/transactions.ts';
import { runWorker } from '../../platform/run-worker.ts';
import { defineWorker } from '../../platform/worker.ts';
import { silentLogger } from '../../scripts/testing/silent-logger.ts';

const { Kafka, logLevel, Partitioners, CompressionTypes } = createRequire(import.meta.url)(
  'kafkajs',
) as typeof import('kafkajs');

/** A message's way through a process that publishes and consumes it, in µs. */
export type PathTimes = { readonly wallUs: number; readonly cpuUs: number };
export type PathMessage = Omit<DirectMessage, 'topic'>;

const batchSize = 500;
const maxWaitMs = 20;

/** Orders as they are placed, spread over the partitions as order ids are. */
export function sampleMessages(count: number, partitions: number): readonly PathMessage[] {
  const userId = userIdOf('us-east', 'bench-user-1');
  return Array.from({ length: count }, (_, index) => {
    const orderId = orderIdOf(userId, `event-${index}`);
    const placed = {
      orderId,
      userId,
      at: '2026-03-01T12:00:00.000Z',
      currency: 'USD',
      lines: [
        { sku: 'tea-1', category: 'tea', quantity: 2, unitPriceMinor: 450 },
        { sku: 'cup-1', category: 'kitchen', quantity: 1, unitPriceMinor: 1200 },
      ],
      discountMinor: 0,
      shippingMinor: 500,
      taxMinor: 200,
      totalMinor: 2800,
      paymentToken: 'tok_approve',
      shipTo: { country: 'US', postalCode: '10001' },
    };
    return {
      partition: bucketOf(orderId, partitions),
      key: orderId,
      id: `${orderId}/1`,
      type: 'OrderPlaced',
      value: JSON.stringify(placed),
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00',
    };
  });
}

/** Through our bus and the runner of the workers, with a handler that only counts. */
export async function ownPath(
  stack: LocalStack,
  topic: string,
  messages: readonly PathMessage[],
): Promise<PathTimes> {
  const lost = Promise.withResolvers<never>();
  lost.promise.catch(() => undefined); // when it comes after the last message
  const bus = createBus({
    brokers: brokersOf(stack),
    clientId: 'bench',
    source: 'bench',
    compress: false,
    log: () => undefined,
    onConsumerLost: (group, cause) => lost.reject(new Error(`the consumer ${group} was lost`, { cause })),
  });
  try {
    const counting = countTo(messages.length);
    const worker = defineWorker({
      name: `count-${topic}`,
      service: 'orders',
      consumes: { name: topic, crossRegion: false, events: orderEvents },
      only: ['OrderPlaced'],
      publishes: [],
      needs: [],
      scale: { min: 1, max: 1, lagPerReplica: 500 },
      retry: { attempts: 1, firstDelayMs: 1 },
      maxWaitMs,
      handleInSteps: (events) => Promise.resolve(counting.add(events.length)),
    });
    const consumption = await runWorker(worker, {
      source: bus,
      sink: bus,
      // The handler asks for nothing: what it would get is not part of this path.
      transactions: {} as Transactions,
      shared: {} as SharedPorts,
      logger: silentLogger,
      tools: { region: stack.region, partitions: stack.partitions, signal: new AbortController().signal },
    });
    const publish = (batch: readonly PathMessage[]): Promise<void> =>
      bus.publish(batch.map((message) => ({ ...message, topic })));
    const times = await Promise.race([timeAll(messages, publish, counting), lost.promise]);
    await consumption.stop();
    return times;
  } finally {
    await bus.close();
  }
}

/** The same by hand: the same batches, acks and headers, and the value parsed as JSON. */
export async function bareKafkajs(
  stack: LocalStack,
  topic: string,
  messages: readonly PathMessage[],
): Promise<PathTimes> {
  const kafka = new Kafka({ clientId: 'bench', brokers: brokersOf(stack), logLevel: logLevel.NOTHING });
  const producer = kafka.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    idempotent: true,
    maxInFlightRequests: 5,
  });
  const consumer = kafka.consumer({ groupId: `count-${topic}`, maxWaitTimeInMs: maxWaitMs, minBytes: 1 });
  try {
    await Promise.all([producer.connect(), consumer.connect()]);
    const counting = countTo(messages.length);
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommitInterval: 1000,
      partitionsConsumedConcurrently: 1000,
      eachBatch: ({ batch }) => {
        let parsed = 0;
        for (const { value } of batch.messages) if (JSON.parse(String(value)) !== null) parsed += 1;
        return Promise.resolve(counting.add(parsed));
      },
    });
    const publish = async (batch: readonly PathMessage[]): Promise<void> => {
      const converted = batch.map(({ partition, key, value, id, type, traceparent = '' }) => ({
        partition,
        key,
        value,
        headers: headersOf({ id, type, source: 'bench', traceparent }),
      }));
      await producer.send({ topic, acks: -1, compression: CompressionTypes.None, messages: converted });
    };
    return await timeAll(messages, publish, counting);
  } finally {
    await Promise.all([producer.disconnect(), consumer.disconnect()]);
  }
}

type Counting = ReturnType<typeof countTo>;

/** From the first batch published to the last message consumed; the first message of all shows that both ends work. */
async function timeAll(
  messages: readonly PathMessage[],
  publish: (batch: readonly PathMessage[]) => Promise<void>,
  counting: Counting,
): Promise<PathTimes> {
  await publish(messages.slice(0, 1));
  await counting.first;
  const cpuBefore = process.cpuUsage();
  const startedMs = performance.now();
  for (let at = 1; at < messages.length; at += batchSize) await publish(messages.slice(at, at + batchSize));
  await counting.all;
  const cpu = process.cpuUsage(cpuBefore);
  return {
    wallUs: ((performance.now() - startedMs) * 1000) / messages.length,
    cpuUs: (cpu.user + cpu.system) / messages.length,
  };
}

function countTo(count: number) {
  const first = Promise.withResolvers<void>();
  const all = Promise.withResolvers<void>();
  let seen = 0;
  return {
    first: first.promise,
    all: all.promise,
    add(messages: number): void {
      seen += messages;
      if (seen > 0) first.resolve();
      if (seen >= count) all.resolve();
    },
  };
}

const brokersOf = ({ host, ports }: LocalStack): string[] => [`${host}:${ports.kafka}`];
