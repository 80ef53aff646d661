import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import type { IHeaders, KafkaMessage } from 'kafkajs';
import { extentsOf, readTopics, type Extents } from '../auditor/topic-reader.ts';
import type { World } from './world.ts';

const { CompressionTypes, Partitioners } = createRequire(import.meta.url)(
  'kafkajs',
) as typeof import('kafkajs');

type Copy = {
  readonly topic: string;
  readonly partition: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: IHeaders;
};

/** Reads every message that the topics hold now, as they are. */
export async function readMessages(world: World, topics: readonly string[]): Promise<readonly Copy[]> {
  return readExtents(world, await extentsOf(world.sources, topics));
}

async function readExtents({ sources }: World, extents: Extents): Promise<readonly Copy[]> {
  const copies: Copy[] = [];
  const partitions = Array.from({ length: sources.partitions }, (_, partition) => partition);
  await readTopics(sources, extents, partitions, (topic, partition, message: KafkaMessage) => {
    const { key, value, headers = {} } = message;
    copies.push({ topic, partition, key, value, headers });
  });
  return copies;
}

const copyHeader = 'test_copy';
/** Whether a message is one of `startDoubling`. */
export const isCopy = ({ headers }: Pick<Copy, 'headers'>): boolean => copyHeader in headers;

export type Doubling = {
  /** Publishes the rest. @returns how many copies there are, and how many were of orders that had not ended. */
  stop(): Promise<{ readonly copies: number; readonly inFlight: number }>;
};

/** From now on publishes again, in another order, whatever has come on the topics a moment before. */
export async function startDoubling(world: World, topics: readonly string[]): Promise<Doubling> {
  const ended = new AbortController();
  const counts = { copies: 0, inFlight: 0 };
  let seen = await extentsOf(world.sources, topics);

  async function double(): Promise<void> {
    const now = await extentsOf(world.sources, topics);
    const fresh = (await readExtents(world, since(now, seen))).filter((message) => !isCopy(message));
    seen = now;
    await publishAgain(
      world,
      fresh.map((message) => ({ ...message, headers: { ...message.headers, [copyHeader]: 'yes' } })),
    );
    const { rows } = await world.sources.postgres.query<{ id: string }>(
      'select order_id as id from orders.sagas',
    );
    const open = new Set(rows.map(({ id }) => id));
    counts.copies += fresh.length;
    counts.inFlight += fresh.filter(({ key }) => open.has(String(key))).length;
  }

  async function untilEnded(): Promise<void> {
    while (!ended.signal.aborted) {
      await double();
      await sleep(50); // what has come since is the next round
    }
    await double();
  }
  const done = untilEnded();
  // Whoever stops it hears of a failure.
  done.catch(() => undefined);
  return {
    async stop() {
      ended.abort();
      await done;
      return counts;
    },
  };
}

const since = (now: Extents, before: Extents): Extents =>
  new Map(
    [...now].map(([topic, extents]) => {
      const ends = new Map(before.get(topic)?.map(({ partition, high }) => [partition, high]));
      return [topic, extents.map((extent) => ({ ...extent, low: ends.get(extent.partition) ?? 0 }))];
    }),
  );

/** Publishes the messages once more to their partitions; those of one key keep their order, and nothing else does. */
export async function publishAgain({ sources }: World, messages: readonly Copy[]): Promise<void> {
  const producer = sources.kafka.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    idempotent: true,
  });
  await producer.connect();
  try {
    const shuffled = shuffledByKey(messages);
    for (let at = 0; at < shuffled.length; at += 200) {
      const batches = Map.groupBy(shuffled.slice(at, at + 200), ({ topic }) => topic);
      await producer.sendBatch({
        acks: -1,
        compression: CompressionTypes.None,
        topicMessages: [...batches].map(([topic, copies]) => ({
          topic,
          messages: copies.map(({ partition, key, value, headers }) => ({ partition, key, value, headers })),
        })),
      });
    }
  } finally {
    await producer.disconnect();
  }
}

/** A random merge of the keys' own sequences. */
function shuffledByKey(messages: readonly Copy[]): readonly Copy[] {
  const byKey = Map.groupBy(
    messages,
    ({ topic, partition, key }) => `${topic}/${partition}/${key?.toString()}`,
  );
  const sequences = new Map([...byKey].map(([key, own]) => [key, own.values()]));
  const turns = [...byKey].flatMap(([key, own]) => own.map(() => ({ key, at: Math.random() })));
  return turns.toSorted((a, b) => a.at - b.at).map(({ key }) => sequences.get(key)!.next().value!);
}
