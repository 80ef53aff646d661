import { context, SpanKind, trace, type Span } from '@opentelemetry/api';
import { TransientError } from './errors.ts';
import { deadLetterOf } from './dead-letter.ts';
import { delay, handleParts } from './handle-parts.ts';
import type { Heartbeats, Work } from './heartbeats.ts';
import type { Logger } from './logger.ts';
import {
  PartlyHandled,
  type Consumption,
  type MessageSink,
  type MessageSource,
  type ReceivedMessage,
} from './ports/messages.ts';
import type { SharedPorts } from './ports/index.ts';
import type { Transactions } from './ports/transactions.ts';
import { processBatch } from './process-batch.ts';
import { readEvents, type Parsed } from './read-events.ts';
import { createRecorder } from './recorder.ts';
import { sharedOf, transactionalOf } from './resources.ts';
import {
  contextFrom,
  counter,
  failSpan,
  histogram,
  isSampled,
  startSpan,
  traceparentOf,
  within,
} from './telemetry.ts';
import type { AnyWorker, Delivered, WorkerTools } from './worker.ts';

export type RunWorkerSettings = {
  readonly source: MessageSource;
  readonly sink: MessageSink;
  readonly transactions: Transactions;
  readonly shared: SharedPorts;
  readonly logger: Logger;
  readonly heartbeats: Heartbeats;
  readonly tools: WorkerTools;
  /** Where each bucket lies on a server of its own: a call's transaction then stays on one. */
  readonly oneBucketPerCall?: boolean;
  /** In [0, 1), for the jitter. */
  readonly random?: () => number;
};

const handled = counter('meridian_worker_events', 'Events by worker and what became of them');
const batchSize = histogram(
  'meridian_worker_batch_size',
  'Events in one call of a handler',
  '1',
  [1, 2, 5, 10, 25, 50, 100, 250, 500],
);
const duration = histogram('meridian_worker_batch_duration', 'Time of one call of a handler');

/** Pause of a partition whose batch failed for now, in ms; a tripped breaker names a longer one. */
const pauseMs = 500;

/**
 * Runs a worker until `stop`: the batch is parsed once, handled in its transaction, retried, halved and dead-lettered
 * as `processBatch` says; what a transient failure leaves is read again after a pause, by bucket where each has its own server.
 */
export async function runWorker(worker: AnyWorker, settings: RunWorkerSettings): Promise<Consumption> {
  const { source, sink, tools, heartbeats, random = Math.random } = settings;
  const logger = settings.logger.child({ worker: worker.name });
  const topics = [worker.consumes].flat();
  const maxBatch = worker.maxBatch ?? 500;

  const bury = async (message: ReceivedMessage, error: unknown): Promise<void> => {
    const { topic, partition, offset, type, traceparent } = message;
    within(traceparent, () =>
      logger.error(
        { err: error, topic, partition, offset, type },
        'an event cannot be handled and is dead-lettered',
      ),
    );
    await sink.publish([
      deadLetterOf(message, { consumer: worker.name, error, attempts: worker.retry.attempts }),
    ]);
    handled.add(1, { worker: worker.name, outcome: 'dead' });
  };

  // When an attempt last succeeded: the outside is not away then, and what fails meanwhile fails alone.
  let lastSuccessAt = -Infinity;

  const handleSlice = async (
    slice: readonly Parsed[],
    isAfterFailure: boolean,
    work: Work,
  ): Promise<void> => {
    let failedAt: number | undefined;
    let failure: unknown;
    const { handled: count } = await processBatch(slice, worker.retry, {
      async handle(batch) {
        work.beat();
        try {
          await attempt(worker, batch, settings);
          lastSuccessAt = performance.now();
        } catch (error) {
          failure = error;
          failedAt ??= performance.now();
          throw error;
        }
      },
      concerned: (error, batch) =>
        error.details['othersSettled'] === true || lastSuccessAt > (failedAt ?? Infinity)
          ? batch.filter(({ delivered }) => isNamed(error, delivered.eventId))
          : [],
      deadLetter: ({ message }, error) => bury(message, error),
      wait: (delayMs) =>
        isAfterFailure && failure instanceof TransientError
          ? Promise.reject(failure)
          : delay(delayMs, tools.signal),
      random,
    });
    handled.add(count, { worker: worker.name, outcome: 'handled' });
  };

  const handleBatch = async (received: readonly ReceivedMessage[], work: Work): Promise<void> => {
    const { good, bad } = readEvents(received, topics);
    for (const { message, error } of bad) await bury(message, error);
    const parts = settings.oneBucketPerCall
      ? [...Map.groupBy(good, ({ delivered }) => delivered.bucket).values()]
      : [good];
    await handleParts(parts, async (part, isAfterFailure) => {
      for (let at = 0; at < part.length; at += maxBatch)
        await handleSlice(part.slice(at, at + maxBatch), isAfterFailure, work);
    });
  };

  const fetching = heartbeats.begin(worker.name);
  const consumption = await source.consume({
    group: worker.name,
    topics: topics.map(({ name }) => name),
    only: new Set(worker.only as readonly string[]),
    maxWaitMs: worker.maxWaitMs ?? 250,
    minBytes: worker.minBytes ?? 1,
    inOrder: worker.unordered !== true,
    beat: fetching.beat,
    async handle(received) {
      const work = heartbeats.begin(worker.name);
      try {
        await handleBatch(received, work);
      } finally {
        work.end();
      }
    },
    onFailure(failure) {
      const error = failure instanceof PartlyHandled ? failure.cause : failure;
      const retryAfterMs = error instanceof TransientError ? error.details['retryAfterMs'] : undefined;
      const pause = typeof retryAfterMs === 'number' ? retryAfterMs : pauseMs;
      logger.warn({ err: error, pauseMs: pause }, 'a batch failed for now and is read again');
      handled.add(1, { worker: worker.name, outcome: 'paused' });
      return pause;
    },
  });
  return { stop: () => consumption.stop().finally(fetching.end) };
}

/** One call of the handler for a batch, inside a span for each event whose trace is sampled. */
async function attempt(
  worker: AnyWorker,
  batch: readonly Parsed[],
  settings: RunWorkerSettings,
): Promise<void> {
  const startedMs = performance.now();
  const spans: Span[] = [];
  const events = batch.map(({ delivered }) => {
    if (!isSampled(delivered.traceparent)) return delivered;
    const parent = contextFrom(delivered.traceparent);
    const span = startSpan(`${worker.name} process`, {
      kind: SpanKind.CONSUMER,
      parent,
      attributes: {
        'messaging.system': 'kafka',
        'messaging.destination.name': delivered.topic,
        'messaging.consumer.group.name': worker.name,
        'messaging.message.id': delivered.eventId,
      },
    });
    spans.push(span);
    return { ...delivered, traceparent: traceparentOf(trace.setSpan(parent, span)) };
  });
  try {
    const [only] = events;
    // The active context names one span: right for an event alone, and where there are more the handler says which (`within`).
    const around = events.length === 1 && only ? contextFrom(only.traceparent) : context.active();
    await context.with(around, () => call(worker, events, settings));
  } catch (error) {
    for (const span of spans) failSpan(span, error);
    throw error;
  } finally {
    for (const span of spans) span.end();
    batchSize.record(events.length, { worker: worker.name });
    duration.record((performance.now() - startedMs) / 1000, { worker: worker.name });
  }
}

async function call(
  worker: AnyWorker,
  events: readonly Delivered<unknown>[],
  settings: RunWorkerSettings,
): Promise<void> {
  const { transactions, shared, tools } = settings;
  const ports = sharedOf(shared, worker.needs);
  const recorder = () => createRecorder(worker.name, tools.partitions);
  if (worker.handleInSteps) {
    const transaction = <Result>(work: (scope: object) => Promise<Result>): Promise<Result> =>
      transactions.run(worker.service, async (scope) => {
        const { record, flush } = recorder();
        const result = await work({ ...transactionalOf(scope, worker.needs), record });
        await flush(scope);
        return result;
      });
    await worker.handleInSteps(events, { ...ports, ...tools, transaction });
    return;
  }
  await transactions.run(worker.service, async (scope) => {
    let fresh = events;
    if (worker.inbox === 'table') {
      const ids = await scope.inbox(worker.name, events);
      fresh = events.filter(({ eventId }) => ids.has(eventId));
      if (fresh.length === 0) return;
    }
    const { record, flush } = recorder();
    await worker.handle?.(fresh, { ...ports, ...transactionalOf(scope, worker.needs), ...tools, record });
    await flush(scope);
  });
}

function isNamed(error: TransientError, eventId: string): boolean {
  const named = error.details['eventIds'];
  return Array.isArray(named) && named.includes(eventId);
}
