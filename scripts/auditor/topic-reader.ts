import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import type { Kafka, KafkaMessage } from 'kafkajs';
import { from, type AuditSources } from './sources.ts';

const { AssignerProtocol } = createRequire(import.meta.url)('kafkajs') as typeof import('kafkajs');

export type KafkaClients = Pick<AuditSources, 'kafka' | 'admin'>;

/** The offsets of one partition that are read: from `low` up to, not including, `high`. */
type Extent = {
  readonly partition: number;
  readonly low: number;
  readonly high: number;
  /** Whether retention may have deleted some of what was asked for. */
  readonly isCut: boolean;
};

export type Extents = ReadonlyMap<string, readonly Extent[]>;

/** What is there now, or was produced since a time. */
export async function extentsOf(
  { admin }: KafkaClients,
  topics: readonly string[],
  since?: Date,
): Promise<Extents> {
  const extents = topics.map(async (topic): Promise<[string, readonly Extent[]]> => {
    const [offsets, starts] = await Promise.all([
      admin.fetchTopicOffsets(topic),
      since && admin.fetchTopicOffsetsByTimestamp(topic, since.getTime()),
    ]);
    const startOf = (partition: number): number =>
      Number(starts?.find((start) => start.partition === partition)?.offset ?? 0);
    const own = offsets.map(({ partition, low, high }): Extent => {
      const [first, start] = [Number(low), Math.max(Number(low), startOf(partition))];
      return { partition, low: start, high: Number(high), isCut: first > 0 && start === first };
    });
    return [topic, own];
  });
  return from('kafka', async () => new Map(await Promise.all(extents)));
}

/**
 * Reads these partitions of the topics as far as the extents go, in order within each partition. A message may come twice. The consumer assigns itself just these, as the only member of a group that is deleted afterwards.
 */
export async function readTopics(
  sources: KafkaClients,
  extents: Extents,
  partitions: readonly number[],
  onMessage: (topic: string, partition: number, message: KafkaMessage) => void,
): Promise<void> {
  const left = new Map<string, Span>();
  for (const [topic, list] of extents) {
    for (const { partition, low, high } of list) {
      if (partitions.includes(partition) && high > low) left.set(`${topic}/${partition}`, { low, high });
    }
  }
  if (left.size === 0) return;
  await from('kafka', () => consume(sources, left, onMessage));
}

type Span = { readonly low: number; readonly high: number };

async function consume(
  { kafka, admin }: KafkaClients,
  left: Map<string, Span>,
  onMessage: (topic: string, partition: number, message: KafkaMessage) => void,
): Promise<void> {
  const groupId = `audit-${randomUUID()}`;
  const consumer = consumerOf(kafka, groupId, [...left.keys()]);
  await consumer.connect();
  try {
    const topics = [...new Set([...left.keys()].map((key) => splitKey(key).topic))];
    await consumer.subscribe({ topics, fromBeginning: true });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
    await consumer.run({
      autoCommit: false,
      partitionsConsumedConcurrently: 1,
      eachBatchAutoResolve: false,
      eachBatch: async (payload) => {
        const { batch } = payload;
        const key = `${batch.topic}/${batch.partition}`;
        const span = left.get(key);
        if (span !== undefined) {
          for (const message of batch.messages) {
            const offset = Number(message.offset);
            if (offset >= span.low && offset < span.high) onMessage(batch.topic, batch.partition, message);
          }
          if (Number(batch.lastOffset()) + 1 >= span.high) left.delete(key);
        }
        payload.resolveOffset(batch.lastOffset());
        if (left.size === 0) resolve();
      },
    });
    // A group without offsets begins at the beginning: the first fetch may be from there.
    for (const [key, { low }] of left) if (low > 0) consumer.seek({ ...splitKey(key), offset: String(low) });
    await promise;
  } finally {
    await consumer.disconnect();
  }
  await admin.deleteGroups([groupId]);
}

function consumerOf(kafka: Kafka, groupId: string, keys: readonly string[]) {
  const assignment: Record<string, number[]> = {};
  for (const key of keys) {
    const { topic, partition } = splitKey(key);
    (assignment[topic] ??= []).push(partition);
  }
  return kafka.consumer({
    groupId,
    maxWaitTimeInMs: 20,
    maxBytesPerPartition: 4 * 1024 * 1024,
    allowAutoTopicCreation: false,
    // A reader that is lost is not replaced: the audit says that it could not check.
    retry: { retries: 3, restartOnFailure: () => Promise.resolve(false) },
    partitionAssigners: [
      () => ({
        name: 'audit',
        version: 0,
        assign: async ({ members }) =>
          members.map(({ memberId }) => ({
            memberId,
            memberAssignment: AssignerProtocol.MemberAssignment.encode({
              version: 0,
              assignment,
              userData: Buffer.alloc(0),
            }),
          })),
        protocol: ({ topics }) => ({
          name: 'audit',
          metadata: AssignerProtocol.MemberMetadata.encode({
            version: 0,
            topics,
            userData: Buffer.alloc(0),
          }),
        }),
      }),
    ],
  });
}

function splitKey(key: string): { topic: string; partition: number } {
  const slash = key.lastIndexOf('/');
  return { topic: key.slice(0, slash), partition: Number(key.slice(slash + 1)) };
}
