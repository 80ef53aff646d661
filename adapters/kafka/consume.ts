import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, EachBatchPayload } from 'kafkajs';
import type { ConsumeSettings, ReceivedMessage } from '../../platform/ports/messages.ts';
import { createOverlap } from './overlap.ts';
import { createPositions } from './positions.ts';
import { received } from './received.ts';

export type ConsumeOptions = Pick<ConsumeSettings, 'topics' | 'only' | 'inOrder' | 'handle' | 'onFailure'> & {
  /** How far behind the end of its partition a batch was, in messages. */
  onLag?(topic: string, partition: number, behind: number): void;
  /**
   * Shortest time from one fetch to the next, in ms, after one that brought so many messages. What is fetched after a quiet
   * time is handled at once; only when more comes right after it, it comes together.
   */
  paceMs(messages: number): number;
  readonly commitEveryMs: number;
  readonly heartbeatEveryMs: number;
};

/** Pause before a consumer that found no coordinator looks again, in ms. */
const restartMs = 500;

/** A broker that stops or starts has no coordinator for a moment. kafkajs takes this for final, unlike its other errors, and ends the consumer. */
export function isCoordinatorAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === 'KafkaJSGroupCoordinatorNotFound' || isCoordinatorAway(error.cause);
}

type Result = { readonly handled: true } | { readonly handled: false; readonly pauseMs: number };
type Waiting = { readonly batch: EachBatchPayload; readonly settle: (result: Result) => void };

/**
 * At-least-once consumption with one handler call for all the partitions of a fetch. Offsets are committed on a timer,
 * only up to what was handled, so a crash or a rebalance repeats events: effects need an inbox.
 *
 * @returns ends the consumption: what is under way is finished, its offsets are committed, the group is left.
 */
export async function consume(consumer: Consumer, options: ConsumeOptions): Promise<() => Promise<void>> {
  const positions = createPositions();
  const failed = (error: unknown): void => void options.onFailure(error);
  const stopping = new AbortController();
  const overlap = createOverlap(options, stopping.signal);
  let waiting: Waiting[] = [];
  let underWay = Promise.resolve();
  let lastFlushAt = -Infinity;

  const flush = async (): Promise<void> => {
    const startedAt = performance.now();
    const taken = waiting;
    waiting = [];
    const wanted = taken.flatMap(({ batch: { batch } }): ReceivedMessage[] => received(batch, options.only));
    const beating = setInterval(() => {
      // A lost membership shows in kafkajs's own loop, which joins again.
      for (const { batch } of taken.slice(0, 1)) batch.heartbeat().catch(failed);
    }, options.heartbeatEveryMs);
    let result: Result = { handled: true };
    try {
      if (wanted.length > 0 && options.inOrder) await options.handle(wanted);
      if (wanted.length > 0 && !options.inOrder) await overlap.take(wanted, positionsOf(taken));
    } catch (error) {
      result = { handled: false, pauseMs: options.onFailure(error) };
    } finally {
      clearInterval(beating);
    }
    const paceMs = options.paceMs(sum(taken));
    const early = paceMs - (performance.now() - startedAt);
    const busy = startedAt - lastFlushAt < paceMs * 2;
    lastFlushAt = startedAt;
    if (busy && early > 1) await sleep(early, undefined, { signal: stopping.signal }).catch(() => undefined);
    for (const { settle } of taken) settle(result);
  };
  const positionsOf = (taken: readonly Waiting[]): (() => void) => {
    const ends = taken.map(({ batch: { batch } }) =>
      positions.begin(batch.topic, batch.partition, batch.lastOffset()),
    );
    return () => ends.forEach((end) => end());
  };

  const eachBatch = async (batch: EachBatchPayload): Promise<void> => {
    if (stopping.signal.aborted || !batch.isRunning() || batch.isStale()) return;
    const result = await new Promise<Result>((settle) => {
      waiting.push({ batch, settle });
      // kafkajs hands over a fetch's partitions in one turn of the event loop.
      if (waiting.length === 1) {
        underWay = underWay.then(() => new Promise((next) => setImmediate(() => void flush().then(next))));
      }
    });
    if (!result.handled) {
      const resume = batch.pause();
      setTimeout(resume, result.pauseMs).unref();
      return;
    }
    const { topic, partition } = batch.batch;
    options.onLag?.(topic, partition, Number(batch.batch.offsetLag()));
    batch.resolveOffset(batch.batch.lastOffset());
    positions.begin(topic, partition, batch.batch.lastOffset())();
  };

  const commit = async (): Promise<void> => {
    const offsets = positions.takeCommittable();
    if (offsets.length > 0) await consumer.commitOffsets(offsets);
  };
  // What another member took over may not be committed here.
  consumer.on(consumer.events.REBALANCING, () => positions.forget());
  await consumer.subscribe({ topics: [...options.topics], fromBeginning: true });
  const run = (): Promise<void> =>
    consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 128,
      eachBatch,
    });
  consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
    if (restart || !isCoordinatorAway(error)) return;
    setTimeout(() => {
      if (!stopping.signal.aborted) run().catch(failed);
    }, restartMs);
  });
  await run();
  const timer = setInterval(() => void commit().catch(failed), options.commitEveryMs);
  return async () => {
    clearInterval(timer);
    stopping.abort();
    await underWay;
    await overlap.idle();
    // Only a member may commit, so this comes before the group is left.
    await commit().catch(failed);
    await consumer.stop();
    await consumer.disconnect();
  };
}

function sum(taken: readonly Waiting[]): number {
  return taken.reduce((messages, { batch }) => messages + batch.batch.messages.length, 0);
}
