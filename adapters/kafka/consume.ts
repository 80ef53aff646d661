import type { Consumer, EachBatchPayload } from 'kafkajs';
import type { ConsumeSettings, ReceivedMessage } from '../../platform/ports/messages.ts';
import { received } from './received.ts';

export type ConsumeOptions = Pick<ConsumeSettings, 'topics' | 'only' | 'handle' | 'onFailure'> & {
  /** How far behind the end of its partition a batch was, in messages. */
  onLag?(topic: string, partition: number, behind: number): void;
  readonly commitEveryMs: number;
  readonly heartbeatEveryMs: number;
};

type Result = { readonly handled: true } | { readonly handled: false; readonly pauseMs: number };
type Waiting = { readonly batch: EachBatchPayload; readonly settle: (result: Result) => void };

/**
 * At-least-once consumption with one handler call for all the partitions of a fetch. Offsets are committed on a timer,
 * only for what was handled, so a crash or a rebalance repeats events: effects need an inbox.
 *
 * @returns ends the consumption: the batch under way is finished, its offsets are committed, the group is left.
 */
export async function consume(consumer: Consumer, options: ConsumeOptions): Promise<() => Promise<void>> {
  const commits = offsetCommits(consumer);
  const failed = (error: unknown): void => void options.onFailure(error);
  let waiting: Waiting[] = [];
  let underWay = Promise.resolve();
  let stopping = false;

  const flush = async (): Promise<void> => {
    const taken = waiting;
    waiting = [];
    const wanted = taken.flatMap(({ batch: { batch } }): ReceivedMessage[] => received(batch, options.only));
    const heartbeat = setInterval(() => {
      // A lost membership shows in kafkajs's own loop, which joins again.
      for (const { batch } of taken.slice(0, 1)) batch.heartbeat().catch(failed);
    }, options.heartbeatEveryMs);
    let result: Result = { handled: true };
    try {
      if (wanted.length > 0) await options.handle(wanted);
    } catch (error) {
      result = { handled: false, pauseMs: options.onFailure(error) };
    } finally {
      clearInterval(heartbeat);
    }
    for (const { settle } of taken) settle(result);
  };

  const eachBatch = async (batch: EachBatchPayload): Promise<void> => {
    if (stopping || !batch.isRunning() || batch.isStale()) return;
    const result = await new Promise<Result>((settle) => {
      waiting.push({ batch, settle });
      // kafkajs hands over a fetch's partitions in one turn of the event loop.
      if (waiting.length === 1) {
        underWay = underWay.then(() => new Promise((next) => setImmediate(() => void flush().then(next))));
      }
    });
    const { topic, partition, lastOffset } = { ...batch.batch, lastOffset: batch.batch.lastOffset() };
    if (!result.handled) {
      const resume = batch.pause();
      setTimeout(resume, result.pauseMs).unref();
      return;
    }
    options.onLag?.(topic, partition, Number(batch.batch.offsetLag()));
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
