import type { Consumer, EachBatchPayload, KafkaMessage } from 'kafkajs';

export type Received = { readonly topic: string; readonly partition: number; readonly message: KafkaMessage };

export type ConsumeOptions = {
  readonly topics: readonly string[];
  /** Called with everything that one fetch brought, of all partitions, in order within each. Its effects are durable when it resolves. */
  handle(received: readonly Received[]): Promise<void>;
  /** Told of each failure; the partitions concerned are paused and read again from where they were. */
  onFailure(error: unknown): void;
  readonly pauseMs: number;
  readonly commitEveryMs: number;
  readonly heartbeatEveryMs: number;
};

type Waiting = { readonly batch: EachBatchPayload; readonly settle: (handled: boolean) => void };

/**
 * At-least-once consumption with one handler call for all the partitions of a fetch. Offsets are committed on a timer,
 * only for what was handled, so a crash or a rebalance repeats events: effects need an inbox.
 *
 * @returns ends the consumption: the batch under way is finished, its offsets are committed, the group is left.
 */
export async function consume(consumer: Consumer, options: ConsumeOptions): Promise<() => Promise<void>> {
  const commits = offsetCommits(consumer);
  const failed = (error: unknown): void => options.onFailure(error);
  let waiting: Waiting[] = [];
  let underWay = Promise.resolve();
  let stopping = false;

  const flush = async (): Promise<void> => {
    const taken = waiting;
    waiting = [];
    const received = taken.flatMap(({ batch: { batch } }) =>
      batch.messages.map((message) => ({ topic: batch.topic, partition: batch.partition, message })),
    );
    const heartbeat = setInterval(() => {
      // A lost membership shows in kafkajs's own loop, which joins again.
      for (const { batch } of taken.slice(0, 1)) batch.heartbeat().catch(failed);
    }, options.heartbeatEveryMs);
    let handled = false;
    try {
      await options.handle(received);
      handled = true;
    } catch (error) {
      failed(error);
    } finally {
      clearInterval(heartbeat);
    }
    for (const { settle } of taken) settle(handled);
  };

  const eachBatch = async (batch: EachBatchPayload): Promise<void> => {
    if (stopping || !batch.isRunning() || batch.isStale()) return;
    const handled = await new Promise<boolean>((settle) => {
      waiting.push({ batch, settle });
      // kafkajs hands over a fetch's partitions in one turn of the event loop.
      if (waiting.length === 1) {
        underWay = underWay.then(() => new Promise((next) => setImmediate(() => void flush().then(next))));
      }
    });
    const { topic, partition, lastOffset } = { ...batch.batch, lastOffset: batch.batch.lastOffset() };
    if (!handled) {
      const resume = batch.pause();
      setTimeout(resume, options.pauseMs).unref();
      return;
    }
    batch.resolveOffset(lastOffset);
    commits.handled(topic, partition, lastOffset);
  };

  consumer.on(consumer.events.REBALANCING, () => commits.forget());
  await consumer.subscribe({ topics: [...options.topics], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: 1000,
    eachBatch,
  });
  const timer = setInterval(() => void commits.commit().catch(failed), options.commitEveryMs);
  return async () => {
    clearInterval(timer);
    stopping = true;
    await underWay;
    // Only a member may commit, so this comes before the group is left.
    await commits.commit().catch(failed);
    await consumer.stop();
    await consumer.disconnect();
  };
}

/** What was handled and not yet committed. What another member took over is forgotten: it may not be committed here. */
function offsetCommits(consumer: Consumer) {
  let pending = new Map<string, { topic: string; partition: number; offset: string }>();
  return {
    handled(topic: string, partition: number, lastOffset: string): void {
      const offset = String(BigInt(lastOffset) + 1n);
      pending.set(`${topic}/${partition}`, { topic, partition, offset });
    },
    forget(): void {
      pending = new Map();
    },
    async commit(): Promise<void> {
      if (pending.size === 0) return;
      const offsets = [...pending.values()];
      pending = new Map();
      await consumer.commitOffsets(offsets);
    },
  };
}
