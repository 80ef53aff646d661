import { Kafka, logLevel } from '../../adapters/kafka/kafkajs.ts';
import type { LocalStack } from '../../environments/local.ts';

type Sample = { readonly atMs: number; readonly committed: number; readonly end: number };
export type ConsumerPace = {
  /** Messages a second over the whole time. */
  readonly perSecond: number;
  readonly maxLag: number;
  readonly lagAtEnd: number;
};

/** Follows how a consumer group gets on with a topic, once a second, until `stop`. Commits come about a second late. */
export async function followConsumer(
  stack: LocalStack,
  groupId: string,
  topic: string,
): Promise<{ stop(): Promise<ConsumerPace> }> {
  const brokers = [`${stack.host}:${stack.ports.kafka}`];
  const admin = new Kafka({ clientId: 'bench', brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const samples: Sample[] = [];
  const take = async (): Promise<void> => {
    const [ends, groups] = await Promise.all([
      admin.fetchTopicOffsets(topic),
      admin.fetchOffsets({ groupId, topics: [topic] }),
    ]);
    const committed = groups.flatMap(({ partitions }) => partitions);
    samples.push({
      atMs: performance.now(),
      end: total(ends.map(({ offset }) => offset)),
      committed: total(committed.map(({ offset }) => offset)),
    });
  };
  await take();
  let failure: unknown;
  let last = Promise.resolve();
  const timer = setInterval(() => {
    last = take().catch((error: unknown) => {
      failure = error;
    });
  }, 1000);
  return {
    async stop() {
      clearInterval(timer);
      await last;
      if (failure !== undefined) throw failure;
      await take();
      await admin.disconnect();
      return paceOf(samples);
    },
  };
}

function paceOf(samples: readonly Sample[]): ConsumerPace {
  const [first, last] = [samples[0]!, samples.at(-1)!];
  const lagOf = ({ end, committed }: Sample): number => end - committed;
  return {
    perSecond: ((last.committed - first.committed) / (last.atMs - first.atMs)) * 1000,
    maxLag: Math.max(...samples.map(lagOf)),
    lagAtEnd: lagOf(last),
  };
}

// A partition without a commit says -1.
const total = (offsets: readonly string[]): number =>
  offsets.reduce((sum, offset) => sum + Math.max(0, Number(offset)), 0);
