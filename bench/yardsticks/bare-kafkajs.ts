import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { headersOf } from '../../adapters/kafka/cloud-event.ts';
import {
  brokersOf,
  countTo,
  maxWaitMs,
  sampleMessages,
  timeAll,
  type PathMessage,
  type PathTimes,
} from '../benchmarks/event-path-timing.ts';
import type { LocalStack } from '../../environments/local.ts';

type Turn = { readonly stack: LocalStack; readonly topic: string; readonly messages: number };

export type BareKafkajs = {
  /** The first turn is the process's warm-up. @throws Error when the process ends without an answer. */
  run(turn: Turn): Promise<PathTimes>;
  stop(): void;
};

/** kafkajs as it is published, in a process of its own: in this one our bus has replaced its codec of records. */
export function startBareKafkajs(): BareKafkajs {
  // It sets timers a moment in the past, of which Node makes 1 ms and a warning.
  const child = fork(import.meta.filename, { execArgv: ['--disable-warning=TimeoutNegativeWarning'] });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`kafkajs alone ended with ${String(code)}`);
  });
  ended.catch(() => undefined); // when nobody waits for an answer
  return {
    async run(turn) {
      child.send(turn);
      const [times] = (await Promise.race([once(child, 'message'), ended])) as [PathTimes];
      return times;
    },
    stop: () => child.disconnect(),
  };
}

/** The way of our bus by hand: the same batches, acks and headers, and the value parsed as JSON. */
async function publishAndConsume(
  stack: LocalStack,
  topic: string,
  messages: readonly PathMessage[],
): Promise<PathTimes> {
  const { Kafka, logLevel, Partitioners, CompressionTypes } = createRequire(import.meta.url)(
    'kafkajs',
  ) as typeof import('kafkajs');
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

if (import.meta.main) {
  process.once('disconnect', () => process.exit(0));
  process.on('message', ({ stack, topic, messages }: Turn) => {
    publishAndConsume(stack, topic, sampleMessages(messages, stack.partitions)).then(
      (times) => process.send?.(times),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
}
