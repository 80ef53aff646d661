import type { Pool } from 'pg';
import type { Append, AppendResult, EventStore, StoredEvent } from '../../platform/ports/event-store.ts';
import { histogram } from '../../platform/telemetry.ts';
import { insertPostings, writeSagas } from './append-effects.ts';
import { insertEvents, readAt, readStreams, streamName, type EventSchema } from './event-streams.ts';
import { appendNewOrders, newOrdersOf } from './append-new-orders.ts';
import { appendSingles, isSingle } from './append-singles.ts';
import { collectReads } from './collect-reads.ts';
import { microBatches, type MicroBatchSettings } from './micro-batch.ts';
import { bucketsOf, insertOutbox, insertOutboxOfEvents } from './outbox-insert.ts';
import { inTransaction } from './pool.ts';
import { translated, type Queryable } from './queryable.ts';

export type EventStoreSettings = MicroBatchSettings & {
  readonly schema: EventSchema;
  /** Told after a commit that wrote messages: a hint for the service's relay. */
  readonly onAppended?: (buckets: readonly number[]) => void;
};

const batchSize = histogram(
  'meridian_append_batch_size',
  'Appends in one transaction of an event store',
  '1',
  [1, 2, 4, 8, 16, 32, 64, 128, 256, 512],
);
const duration = histogram('meridian_append_duration', 'How long one transaction of an event store took');

/**
 * Streams of events in one service's schema. Concurrent `append` calls share transactions: what has come together
 * while the connections were busy goes out with the next free one.
 */
export function createEventStore(pool: Pool, settings: EventStoreSettings): EventStore {
  const database = translated(pool);
  const byBucket = database.byBucket === true;
  const write = (appends: readonly Append[]) => writeBatch(pool, settings, appends);
  return {
    // Batches of one bucket are smaller: more of them are on their way.
    append: microBatches(
      write,
      byBucket ? { maxInFlight: 4, oneBucketPerBatch: true, ...settings } : settings,
    ),
    appendAll: byBucket ? (appends) => writeEachBucket(write, appends) : write,
    read: collectReads((keys) => readStreams(database, settings.schema, keys), { byBucket }),
  };
}

/** Streams stand each for itself, so a transaction on several shards is not needed. */
async function writeEachBucket(
  write: EventStore['appendAll'],
  appends: readonly Append[],
): Promise<readonly AppendResult[]> {
  const parts = [...Map.groupBy(appends, ({ bucket }) => bucket).values()];
  // All have ended before one that failed is told of: nothing of the call is written after it.
  const written = await Promise.allSettled(parts.map((part) => write(part)));
  const results = new Map<Append, AppendResult>();
  for (const [index, outcome] of written.entries()) {
    if (outcome.status === 'rejected') throw outcome.reason;
    for (const [position, append] of parts[index]!.entries()) results.set(append, outcome.value[position]!);
  }
  return appends.map((append) => results.get(append)!);
}

async function writeBatch(
  pool: Pool,
  { schema, onAppended }: EventStoreSettings,
  appends: readonly Append[],
): Promise<readonly AppendResult[]> {
  if (appends.length === 0) return [];
  const startedMs = performance.now();
  // All writers go through the streams in one order and cannot deadlock.
  const sorted = appends.toSorted(
    (a, b) => a.bucket - b.bucket || (a.streamId < b.streamId ? -1 : a.streamId > b.streamId ? 1 : 0),
  );
  if (sorted.some((append, index) => index > 0 && isSameStream(append, sorted[index - 1]!)))
    throw new RangeError('a stream occurs more than once in a batch of appends');
  const database = translated(pool);
  const { results, buckets } =
    database.byBucket !== true && sorted.every(isSingle)
      ? await writeSingles(database, schema, appends, sorted)
      : await writeAll(pool, schema, appends, sorted);
  batchSize.record(appends.length, { schema });
  duration.record((performance.now() - startedMs) / 1000, { schema });
  if (buckets.length > 0) onAppended?.(buckets);
  return results;
}

const isSameStream = (a: Append, b: Append): boolean => a.bucket === b.bucket && a.streamId === b.streamId;

type Written = { readonly results: readonly AppendResult[]; readonly buckets: readonly number[] };

async function writeSingles(
  database: Queryable,
  schema: EventSchema,
  appends: readonly Append[],
  sorted: readonly Append[],
): Promise<Written> {
  const newOrders = newOrdersOf(schema, sorted);
  const isWritten = newOrders
    ? await appendNewOrders(database, sorted, newOrders)
    : await appendSingles(database, schema, sorted);
  const existing = await readAt(
    database,
    schema,
    sorted.filter((append) => !isWritten.has(append)),
  );
  const published = sorted.filter((append) => append.publish && isWritten.has(append));
  return { results: appends.map(resultOf(isWritten, existing)), buckets: bucketsOf(published) };
}

function writeAll(
  pool: Pool,
  schema: EventSchema,
  appends: readonly Append[],
  sorted: readonly Append[],
): Promise<Written> {
  return inTransaction(pool, async (client) => {
    const isWritten = await insertEvents(client, schema, sorted);
    const existing = await readAt(
      client,
      schema,
      sorted.filter((append) => !isWritten.has(append)),
    );
    const written = sorted.filter((append) => isWritten.has(append));
    const messages = written.flatMap(({ bucket, messages: own }) =>
      own.map((message) => ({ bucket, ...message })),
    );
    const published = written.flatMap(eventsToPublish);
    const last = Promise.all([
      insertPostings(client, written),
      writeSagas(client, written),
      published.length > 0 && insertOutboxOfEvents(client, schema, published),
      messages.length > 0 && insertOutbox(client, schema, messages),
    ]);
    const outcomes = appends.map(resultOf(isWritten, existing));
    return { result: { results: outcomes, buckets: bucketsOf([...published, ...messages]) }, last };
  });
}

function resultOf(
  isWritten: ReadonlySet<Append>,
  existing: ReadonlyMap<string, StoredEvent>,
): (append: Append) => AppendResult {
  return (append) =>
    isWritten.has(append)
      ? { appended: true, version: append.expectedVersion + append.events.length }
      : { appended: false, existing: existing.get(streamName(append)) };
}

function eventsToPublish({ bucket, streamId, expectedVersion, events, publish }: Append) {
  if (!publish) return [];
  return events.map(({ traceparent = null }, index) => ({
    bucket,
    streamId,
    version: expectedVersion + index + 1,
    ...publish,
    traceparent,
  }));
}
