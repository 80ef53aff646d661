import { createRequire } from 'node:module';
import type { IHeaders, KafkaMessage } from 'kafkajs';
import { extentsOf, readTopics } from '../auditor/topic-reader.ts';
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
export async function readMessages({ sources }: World, topics: readonly string[]): Promise<readonly Copy[]> {
  const copies: Copy[] = [];
  const partitions = Array.from({ length: sources.partitions }, (_, partition) => partition);
  await readTopics(
    sources,
    await extentsOf(sources, topics),
    partitions,
    (topic, partition, message: KafkaMessage) => {
      const { key, value, headers = {} } = message;
      copies.push({ topic, partition, key, value, headers });
    },
  );
  return copies;
}

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
