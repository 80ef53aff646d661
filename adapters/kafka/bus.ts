import type { Consumer, KafkaConfig, Producer } from 'kafkajs';
import { TransientError } from '../../platform/errors.ts';
import type { OutboxRow } from '../../platform/ports/event-store.ts';
import type {
  Consumption,
  ConsumeSettings,
  MessageSink,
  MessageSource,
} from '../../platform/ports/messages.ts';
import { gauge } from '../../platform/telemetry.ts';
import { consume, isCoordinatorAway } from './consume.ts';
import { Kafka, logLevel, Partitioners } from './kafkajs.ts';
import { registerCodecs } from './codecs.ts';
import { publisher } from './publish.ts';

export type BusSettings = {
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** `ce_source` of what is published. */
  readonly source: string;
  readonly compress: boolean;
  /** Authority of the brokers, the public ones unless given, and for mutual TLS certificate and key (PEM); plain text without. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  /** SASL/PLAIN: only with TLS. */
  readonly login?: { readonly username: string; readonly password: string };
  readonly log: (level: 'debug' | 'info' | 'warn' | 'error', fields: object, message: string) => void;
  /** A consumer ended and does not come back by itself: the process had better end. */
  readonly onConsumerLost: (group: string, error: unknown) => void;
};

export type Bus = MessageSource &
  MessageSink & {
    /**
     * For the relay: in order within each bucket, resolves when every row is acknowledged. `beat` is called at each try to reach
     * a broker meanwhile.
     */
    publishRows(rows: readonly OutboxRow[], beat?: () => void): Promise<void>;
    /** @throws TransientError when no broker answers. */
    check(): Promise<void>;
    close(): Promise<void>;
  };

/**
 * Shortest time from one fetch to the next, in ms, by what the last one brought. A fetch with few messages came at an easy
 * pace: nobody should wait. The more it has, the nearer is the machine to all that it can do, and the less a batch costs a
 * message the larger it is.
 */
const paceMs = (messages: number): number =>
  messages < 12 ? 15 : messages < 150 ? 60 : messages < 400 ? 120 : 240;

/**
 * Most that one fetch brings, and of one partition, in bytes. A consumer that is behind holds a fetch at once, and a message is
 * several times as large when it is read. No partition fills a fetch alone, unless it is to wait for more than that: where one
 * cannot be handled, the others come too.
 */
const maxFetchBytes = 1024 * 1024;
const maxPartitionBytes = 128 * 1024;

/** kafkajs behind our ports: connections are made at first use. */
export function createBus(settings: BusSettings): Bus {
  registerCodecs();
  const publishing = new Set<() => void>();
  const kafka = new Kafka(configurationOf(settings, () => publishing.forEach((beat) => beat())));
  let connected: Promise<Producer> | undefined;
  const admin = kafka.admin();
  let adminReady: Promise<void> | undefined;
  const consumers = new Set<Consumer>();
  const lags = new Map<string, { group: string; topic: string; partition: number; behind: number }>();
  const endGauge = gauge('meridian_consumer_lag', 'Messages behind the end of the partition', (result) => {
    for (const { behind, group, topic, partition } of lags.values())
      result.observe(behind, { group, topic, partition });
  });

  const producer = (): Promise<Producer> => {
    connected ??= connectProducer(
      kafka.producer({
        createPartitioner: Partitioners.DefaultPartitioner,
        idempotent: true,
        maxInFlightRequests: 5,
        retry: { retries: 8, initialRetryTime: 50, maxRetryTime: 2000 },
      }),
    ).catch((error: unknown) => {
      connected = undefined;
      throw unavailable(error);
    });
    return connected;
  };

  const send = async (rows: Parameters<ReturnType<typeof publisher>>[0]): Promise<void> => {
    const ready = await producer();
    try {
      await publisher(ready, settings)(rows);
    } catch (error) {
      // kafkajs goes on with the sequence numbers of a send whose fate it doesn't know, which the broker may refuse for ever
      // or take for a repetition: the next send gets a producer, and an id, of its own.
      if ((await connected?.catch(() => undefined)) === ready) connected = undefined;
      ready.disconnect().catch(() => undefined);
      throw unavailable(error);
    }
  };

  return {
    async publishRows(rows, beat = () => undefined) {
      publishing.add(beat);
      try {
        await send(rows);
      } finally {
        publishing.delete(beat);
      }
    },
    publish: (messages) =>
      send(
        messages.map(({ topic, partition, key, id, type, value, traceparent }) => ({
          bucket: partition,
          topic,
          key,
          type,
          eventId: id,
          payload: value,
          traceparent: traceparent ?? null,
          occurredAt: new Date(),
        })),
      ),
    async consume(options: ConsumeSettings): Promise<Consumption> {
      const minBytes = Math.min(options.minBytes, maxFetchBytes);
      // A client of its own: what it logs between two fetches, as a rule a broker out of reach, is its own sign of life.
      const consumer = new Kafka(configurationOf(settings, options.beat)).consumer({
        groupId: options.group,
        sessionTimeout: 6000,
        rebalanceTimeout: 15_000,
        heartbeatInterval: 1000,
        maxWaitTimeInMs: options.maxWaitMs,
        minBytes,
        maxBytes: maxFetchBytes,
        // The broker counts no more than this of a partition when it looks whether `minBytes` are there.
        maxBytesPerPartition: Math.max(maxPartitionBytes, minBytes),
        allowAutoTopicCreation: false,
        retry: {
          retries: 12,
          initialRetryTime: 100,
          maxRetryTime: 3000,
          restartOnFailure: () => Promise.resolve(true),
        },
      });
      consumers.add(consumer);
      const joined = joinOf(consumer);
      consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
        if (!restart && !isCoordinatorAway(error)) settings.onConsumerLost(options.group, error);
      });
      await consumer.connect();
      const stop = await consume(consumer, {
        ...options,
        onLag: (topic, partition, behind) =>
          lags.set(`${options.group}/${topic}/${partition}`, {
            group: options.group,
            topic,
            partition,
            behind,
          }),
        paceMs,
        commitEveryMs: 1000,
        heartbeatEveryMs: 1000,
      });
      await joined;
      return { stop };
    },
    async check() {
      try {
        adminReady ??= admin.connect();
        await adminReady;
        await admin.describeCluster();
      } catch (error) {
        adminReady = undefined;
        throw unavailable(error);
      }
    },
    async close() {
      endGauge();
      await Promise.allSettled([
        // Those that were never stopped, because they never joined.
        ...[...consumers].map((consumer) => consumer.disconnect()),
        connected?.then((ready) => ready.disconnect()),
        adminReady?.then(() => admin.disconnect()),
      ]);
    },
  };
}

async function connectProducer(producer: Producer): Promise<Producer> {
  await producer.connect();
  return producer;
}

function joinOf(consumer: Consumer): Promise<void> {
  return new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, () => resolve()));
}

function unavailable(cause: unknown): TransientError {
  return cause instanceof TransientError
    ? cause
    : new TransientError('kafka-unavailable', 'Kafka did not take or give messages', { cause });
}

// kafkajs calls every protocol error that it will retry an ERROR.
function configurationOf(
  { brokers, clientId, log, tls, login }: BusSettings,
  onLine: () => void = () => undefined,
): KafkaConfig {
  const levels = {
    [logLevel.ERROR]: 'warn',
    [logLevel.WARN]: 'warn',
    [logLevel.INFO]: 'debug',
    [logLevel.DEBUG]: 'debug',
    [logLevel.NOTHING]: 'debug',
  } as const;
  return {
    brokers: [...brokers],
    clientId,
    ...(tls === undefined ? {} : { ssl: { ...tls } }),
    ...(login === undefined ? {} : { sasl: { mechanism: 'plain' as const, ...login } }),
    connectionTimeout: 3000,
    requestTimeout: 15_000,
    retry: { retries: 12, initialRetryTime: 100, maxRetryTime: 3000 },
    logLevel: logLevel.WARN,
    logCreator:
      () =>
      ({ namespace, level, log: { message, error } }) => {
        onLine();
        log(levels[level], { namespace, ...(error ? { error: String(error) } : {}) }, message);
      },
  };
}
