import { Partitioners } from 'kafkajs';
import { publisher } from '../../../adapters/kafka/publish.ts';
import { topics } from '../../../contracts/topics.ts';
import { bucketOf, type OrderId } from '../../../domain/ids.ts';
import { deadLetterOf } from '../../../platform/dead-letter.ts';
import type { DirectMessage } from '../../../platform/ports/messages.ts';
import type { LocalStack } from '../../../environments/local.ts';
import { createTopics } from '../../stack/index.ts';
import { waitFor } from '../../stack/wait.ts';
import { workers } from '../../../workers/index.ts';
import type { AuditSources } from '../sources.ts';

type Kafka = Pick<AuditSources, 'kafka'>;

/** Empties topics by making them anew: messages deleted by offset would look like the work of retention. */
export async function emptyTopics(
  stack: LocalStack,
  sources: Pick<AuditSources, 'admin' | 'kafka'>,
  names: readonly string[],
): Promise<void> {
  const { admin } = sources;
  const readers = readersOf(names);
  await commitAllOffsets(sources, names); // to see them go
  await admin.deleteTopics({ topics: [...names] });
  // The deletion is answered before the broker has carried it out: a topic made meanwhile would vanish with the old one.
  const areGone = async (): Promise<boolean> => {
    const left = new Set(await admin.listTopics());
    return names.every((name) => !left.has(name));
  };
  await waitFor('the topics to be gone', areGone, { timeoutMs: 30_000 });
  await createTopics([`${stack.host}:${stack.ports.kafka}`], names, stack.partitions);
  // Later still it forgets what groups have committed on a topic of that name, on the new one too.
  const areForgotten = async (): Promise<boolean> => {
    const offsets = await Promise.all(readers.map((reader) => admin.fetchOffsets(reader)));
    return offsets.flat().every((topic) => topic.partitions.every(({ offset }) => offset === '-1'));
  };
  await waitFor('the offsets of the old topics to be gone', areForgotten, { timeoutMs: 30_000 });
}

type Reader = { readonly groupId: string; readonly topics: string[] };

/** The workers' groups, with those of these topics that they read. */
function readersOf(names: readonly string[]): readonly Reader[] {
  return workers
    .map(({ name: groupId, consumes }) => ({
      groupId,
      topics: ([consumes].flat() as { name: string }[])
        .map(({ name }) => name)
        .filter((name) => names.includes(name)),
    }))
    .filter((reader) => reader.topics.length > 0);
}

/** Says that all workers have read what is on these topics. */
export async function commitAllOffsets(
  { admin, kafka }: Pick<AuditSources, 'admin' | 'kafka'>,
  names: readonly string[],
): Promise<void> {
  await Promise.all(
    readersOf(names).map(async ({ groupId, topics: read }) => {
      const ends = await Promise.all(read.map((topic) => endsOf(admin, topic)));
      const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 20 });
      const joined = new Promise((resolve) => void consumer.on(consumer.events.GROUP_JOIN, resolve));
      await consumer.connect();
      await consumer.subscribe({ topics: read });
      await consumer.run({ autoCommit: false, eachBatch: () => Promise.resolve() });
      await joined;
      await consumer.commitOffsets(
        read.flatMap((topic, index) =>
          ends[index]!.map(({ partition, high: offset }) => ({ topic, partition, offset })),
        ),
      );
      await consumer.disconnect();
    }),
  );
}

/** Where each partition of a topic ends; a topic just made may not have its leaders yet. */
async function endsOf(
  admin: AuditSources['admin'],
  topic: string,
): ReturnType<AuditSources['admin']['fetchTopicOffsets']> {
  let ends: Awaited<ReturnType<typeof endsOf>> = [];
  const areKnown = async (): Promise<boolean> => {
    ends = await admin.fetchTopicOffsets(topic);
    return true;
  };
  await waitFor(`the leaders of ${topic}`, areKnown, { timeoutMs: 30_000 });
  return ends;
}

/** Puts one stored event of an order on its topic. */
export async function publishOrderEvent(
  sources: Kafka & Pick<AuditSources, 'postgres' | 'partitions'>,
  orderId: OrderId,
  version: number,
  type: string,
): Promise<void> {
  const { rows } = await sources.postgres.query<{ data: string }>(
    'select data::text as data from orders.events where stream_id = $1 and version = $2',
    [orderId, version],
  );
  const id = `${orderId}/${version}`;
  const partition = bucketOf(orderId, sources.partitions);
  await publishOne(sources, {
    topic: topics.orderEvents.name,
    partition,
    key: orderId,
    id,
    type,
    value: rows[0]!.data,
  });
}

/** Gives up an order event for a consumer, as the workers' runner does. */
export async function publishDeadLetter(sources: Kafka, consumer: string, eventId: string): Promise<void> {
  const letter = deadLetterOf(
    {
      topic: topics.orderEvents.name,
      partition: 0,
      offset: '0',
      key: eventId.split('/')[0],
      value: Buffer.from('{}'),
      id: eventId,
      type: 'OrderPlaced',
      traceparent: undefined,
      headers: () => ({ ce_id: eventId, ce_type: 'OrderPlaced' }),
    },
    { consumer, error: new Error('given up'), attempts: 1 },
  );
  await publishOne(sources, letter);
}

async function publishOne({ kafka }: Kafka, message: DirectMessage): Promise<void> {
  const { topic, partition, key, value, id: eventId, type } = message;
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  const row = { bucket: partition, topic, key, type, eventId, payload: value, traceparent: null };
  await publisher(producer, { source: '/test', compress: false })([{ ...row, occurredAt: new Date() }]);
  await producer.disconnect();
}
