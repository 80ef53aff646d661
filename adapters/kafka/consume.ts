import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, EachBatchPayload, TopicOffsets } from 'kafkajs';
import { TransientError } from '../../platform/errors.ts';
import { PartlyHandled, type ConsumeSettings, type ReceivedMessage } from '../../platform/ports/messages.ts';
import { createOverlap } from './overlap.ts';
import { createPositions, type Mark } from './positions.ts';
import { received } from './received.ts';

export type ConsumeOptions = Pick<
  ConsumeSettings,
  'topics' | 'only' | 'inOrder' | 'handle' | 'onFailure' | 'beat'
> & {
  /** How far behind the end of its partition a batch was, in messages. */
  onLag?(topic: string, partition: number, behind: number): void;
  /**
   * Shortest time from one fetch to the next, in ms, after one that brought so many messages. What is fetched after a quiet
   * time is handled at once; only when more comes right after it, it comes together. Where more was there than a fetch takes,
   * the next one is not delayed.
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
type Waiting = {
  readonly batch: EachBatchPayload;
  readonly mark: Mark;
  readonly settle: (result: Result) => void;
};

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
  // Of the batch that came last, not the consumer's own, which repeats a refused commit after it has joined again, when
  // the offset may be another member's, and behind what that one has committed.
  let commitWith: ((topics: TopicOffsets[]) => Promise<void>) | undefined;

  const flush = async (): Promise<void> => {
    const startedAt = performance.now();
    const taken = waiting;
    waiting = [];
    const wanted = taken.flatMap(({ batch: { batch } }): ReceivedMessage[] => received(batch, options.only));
    const beating = setInterval(() => {
      options.beat?.();
      // A lost membership shows in kafkajs's own loop, which joins again.
      for (const { batch } of taken.slice(0, 1)) batch.heartbeat().catch(failed);
    }, options.heartbeatEveryMs);
    let failure: { readonly of: readonly Waiting[]; readonly pauseMs: number } = { of: [], pauseMs: 0 };
    try {
      const end = (): void => taken.forEach(({ mark }) => mark.end());
      if (wanted.length > 0 && !options.inOrder) {
        await overlap.take(wanted, end);
      } else {
        if (wanted.length > 0) await options.handle(wanted);
        end();
      }
    } catch (error) {
      failure = { of: unhandledOf(taken, error), pauseMs: options.onFailure(error) };
      for (const one of taken) {
        if (failure.of.includes(one)) one.mark.drop();
        else one.mark.end();
      }
    } finally {
      clearInterval(beating);
    }
    const paceMs = isBehind(taken) ? 0 : options.paceMs(sum(taken));
    const early = paceMs - (performance.now() - startedAt);
    const busy = startedAt - lastFlushAt < paceMs * 2;
    lastFlushAt = startedAt;
    const settle = (): void => {
      const { of, pauseMs } = failure;
      for (const one of taken) one.settle(of.includes(one) ? { handled: false, pauseMs } : { handled: true });
    };
    // Only this fetch's broker waits: what others bring is handled meanwhile.
    if (busy && early > 1)
      void sleep(early, undefined, { signal: stopping.signal })
        .catch(() => undefined)
        .then(settle);
    else settle();
  };

  const eachBatch = async (batch: EachBatchPayload): Promise<void> => {
    if (stopping.signal.aborted || !batch.isRunning() || batch.isStale()) return;
    commitWith = (topics) => batch.commitOffsetsIfNecessary({ topics });
    const { topic, partition } = batch.batch;
    const mark = positions.begin(topic, partition, batch.batch.lastOffset());
    const result = await new Promise<Result>((settle) => {
      waiting.push({ batch, mark, settle });
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
    options.onLag?.(topic, partition, Number(batch.batch.offsetLag()));
    // After a rebalance the partition is read from its committed offset: to resolve would skip that, and commit nothing.
    if (mark.isCurrent()) batch.resolveOffset(batch.batch.lastOffset());
  };

  const commit = async (): Promise<void> => {
    const { offsets, putBack } = positions.takeCommittable();
    if (offsets.length === 0) return;
    try {
      await commitWith?.(
        [...Map.groupBy(offsets, ({ topic }) => topic)].map(([topic, own]) => ({ topic, partitions: own })),
      );
    } catch (cause) {
      putBack();
      failed(new TransientError('offsets-not-committed', 'offsets are committed a moment later', { cause }));
    }
  };
  let committing = Promise.resolve();
  const commitNext = (): Promise<void> => (committing = committing.then(commit));
  // What another member took over may not be committed here. A member that the group has forgotten joins again without the
  // first of these events.
  consumer.on(consumer.events.REBALANCING, () => positions.forget());
  consumer.on(consumer.events.GROUP_JOIN, () => positions.forget());
  const { FETCH_START, GROUP_JOIN, REBALANCING, CRASH } = consumer.events;
  for (const event of [FETCH_START, GROUP_JOIN, REBALANCING, CRASH])
    consumer.on(event, () => options.beat?.());
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
  const timer = setInterval(() => void commitNext(), options.commitEveryMs);
  return async () => {
    clearInterval(timer);
    stopping.abort();
    await underWay;
    await overlap.idle();
    // Only a member may commit, so this comes before the group is left.
    await commitNext();
    await consumer.stop();
    await consumer.disconnect();
  };
}

/** Those whose partitions have to be read again. */
function unhandledOf(taken: readonly Waiting[], error: unknown): readonly Waiting[] {
  if (!(error instanceof PartlyHandled)) return taken;
  const places = new Set(error.unhandled.map(({ topic, partition }) => `${topic}/${partition}`));
  return taken.filter(({ batch: { batch } }) => places.has(`${batch.topic}/${batch.partition}`));
}

/** Whether a partition had more than the fetch could take. */
function isBehind(taken: readonly Waiting[]): boolean {
  return taken.some(({ batch: { batch } }) => Number(batch.offsetLag()) > 0);
}

function sum(taken: readonly Waiting[]): number {
  return taken.reduce((messages, { batch }) => messages + batch.batch.messages.length, 0);
}
