import type { Pool } from 'pg';
import type {
  Append,
  AppendResult,
  EventStore,
  StoredEvent,
  StreamKey,
} from '../../platform/ports/event-store.ts';
import { inTransaction } from './pool.ts';

export type EventSchema = 'orders' | 'payment' | 'shipping';

export type EventStoreSettings = {
  readonly schema: EventSchema;
  /** Most appends in one statement. */
  readonly maxBatch?: number;
  /** Batches on their way at a time, each on a connection of its own. */
  readonly maxInFlight?: 1 | 2 | 3 | 4;
  /** On Citus, where a transaction over several buckets is slow. */
  readonly oneBucketPerBatch?: boolean;
};

/**
 * Streams of events in one service's schema. Concurrent `append` calls share transactions: what has come together
 * while the connections were busy goes out with the next free one, without any timer.
 */
export function createEventStore(pool: Pool, settings: EventStoreSettings): EventStore {
  const write = (appends: readonly Append[]): Promise<readonly AppendResult[]> =>
    writeBatch(pool, settings.schema, appends);
  return {
    append: microBatches(write, settings),
    appendAll: write,
    read: (keys) => readStreams(pool, settings.schema, keys),
  };
}

type Waiting = {
  readonly append: Append;
  readonly resolve: (result: AppendResult) => void;
  readonly reject: (error: unknown) => void;
};

type Write = (appends: readonly Append[]) => Promise<readonly AppendResult[]>;

function microBatches(write: Write, settings: EventStoreSettings): (append: Append) => Promise<AppendResult> {
  const { maxBatch = 256, maxInFlight = 2, oneBucketPerBatch = false } = settings;
  let queue: Waiting[] = [];
  let inFlight = 0;
  let scheduled = false;

  function send(): void {
    scheduled = false;
    while (inFlight < maxInFlight && queue.length > 0) {
      const { batch, rest } = takeBatch(queue, maxBatch, oneBucketPerBatch);
      queue = rest;
      inFlight += 1;
      void writeWaiting(write, batch).finally(() => {
        inFlight -= 1;
        send();
      });
    }
  }

  return (append) =>
    new Promise((resolve, reject) => {
      queue.push({ append, resolve, reject });
      // One microtask later, so that the calls of one turn go together.
      if (!scheduled) queueMicrotask(send);
      scheduled = true;
    });
}

/** A second append of a stream waits for the next batch: only one of the two could be told apart in the answer. */
function takeBatch(
  queue: readonly Waiting[],
  maxBatch: number,
  oneBucketPerBatch: boolean,
): { batch: Waiting[]; rest: Waiting[] } {
  const streams = new Set<string>();
  const batch: Waiting[] = [];
  const rest: Waiting[] = [];
  for (const waiting of queue) {
    const stream = streamName(waiting.append);
    const fits =
      batch.length < maxBatch &&
      !streams.has(stream) &&
      !(oneBucketPerBatch && batch[0] && batch[0].append.bucket !== waiting.append.bucket);
    (fits ? batch : rest).push(waiting);
    streams.add(stream);
  }
  return { batch, rest };
}

/** Data that PostgreSQL refuses fails only its own append: the batch is halved until that one is alone. */
async function writeWaiting(write: Write, batch: readonly Waiting[]): Promise<void> {
  try {
    const results = await write(batch.map(({ append }) => append));
    for (const [index, { resolve }] of batch.entries()) resolve(results[index]!);
  } catch (error) {
    if (batch.length > 1 && isRefusedData(error)) {
      const middle = batch.length >> 1;
      await writeWaiting(write, batch.slice(0, middle));
      await writeWaiting(write, batch.slice(middle));
    } else {
      for (const { reject } of batch) reject(error);
    }
  }
}

// Classes 22 (data exception) and 23 (constraint violation), and the TypeError of JSON.stringify.
function isRefusedData(error: unknown): boolean {
  return (
    error instanceof TypeError ||
    (error instanceof Error && 'code' in error && /^2[23]/.test(String(error.code)))
  );
}

type EventRow = StreamKey & {
  readonly version: number;
  readonly type: string;
  readonly data: string;
  readonly expectedVersion: number;
};

async function writeBatch(
  pool: Pool,
  schema: EventSchema,
  appends: readonly Append[],
): Promise<readonly AppendResult[]> {
  if (new Set(appends.map(streamName)).size !== appends.length)
    throw new RangeError('a stream occurs more than once in a batch of appends');
  if (appends.length === 0) return [];
  // All writers go through the streams in one order and cannot deadlock.
  const sorted = appends.toSorted(
    (a, b) => a.bucket - b.bucket || (a.streamId < b.streamId ? -1 : a.streamId > b.streamId ? 1 : 0),
  );
  const rows = sorted.flatMap(eventRows);
  return inTransaction(pool, async (client) => {
    // The stream's last event must exist, or the append would leave a gap.
    const inserted = await client.query<{ bucket: number; stream_id: string; version: number }>(
      `insert into ${schema}.events (bucket, stream_id, version, type, data)
       select n.bucket, n.stream_id, n.version, n.type, n.data::json
       from unnest($1::int[], $2::text[], $3::int[], $4::text[], $5::text[], $6::int[])
         with ordinality as n(bucket, stream_id, version, type, data, expected_version, position)
       where n.expected_version = 0 or exists (
         select from ${schema}.events e
         where e.bucket = n.bucket and e.stream_id = n.stream_id and e.version = n.expected_version
       )
       order by n.position
       on conflict do nothing
       returning bucket, stream_id, version`,
      [
        rows.map((row) => row.bucket),
        rows.map((row) => row.streamId),
        rows.map((row) => row.version),
        rows.map((row) => row.type),
        rows.map((row) => row.data),
        rows.map((row) => row.expectedVersion),
      ],
    );
    const counts = new Map<string, number>();
    for (const row of inserted.rows) {
      const stream = streamName({ bucket: row.bucket, streamId: row.stream_id });
      counts.set(stream, (counts.get(stream) ?? 0) + 1);
    }
    const isWritten = (append: Append): boolean =>
      (counts.get(streamName(append)) ?? 0) === append.events.length;
    const conflicts = sorted.filter((append) => !isWritten(append));
    const refused = new Set(conflicts.map(streamName));
    // Of an append longer than what another writer put in its place, the end has been inserted.
    const leftOver = inserted.rows.filter((row) =>
      refused.has(streamName({ bucket: row.bucket, streamId: row.stream_id })),
    );
    if (leftOver.length > 0) {
      await client.query(
        `delete from ${schema}.events e using unnest($1::int[], $2::text[], $3::int[]) as k(bucket, stream_id, version)
         where e.bucket = k.bucket and e.stream_id = k.stream_id and e.version = k.version`,
        [
          leftOver.map((row) => row.bucket),
          leftOver.map((row) => row.stream_id),
          leftOver.map((row) => row.version),
        ],
      );
    }
    const existing = await readAt(client, schema, conflicts);
    const messages = sorted
      .filter(isWritten)
      .flatMap((append) => append.messages.map((message) => ({ bucket: append.bucket, ...message })));
    const result = appends.map((append): AppendResult =>
      isWritten(append)
        ? { appended: true, version: append.expectedVersion + append.events.length }
        : { appended: false, existing: existing.get(streamName(append)) },
    );
    if (messages.length === 0) return { result };
    const last = client.query(
      `insert into ${schema}.outbox (bucket, topic, key, type, event_id, payload, traceparent, occurred_at)
       select n.bucket, n.topic, n.key, n.type, n.event_id, n.payload::json, n.traceparent, n.occurred_at
       from unnest($1::int[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
         $8::timestamptz[]) with ordinality
         as n(bucket, topic, key, type, event_id, payload, traceparent, occurred_at, position)
       order by n.position`,
      [
        messages.map((message) => message.bucket),
        messages.map((message) => message.topic),
        messages.map((message) => message.key),
        messages.map((message) => message.type),
        messages.map((message) => message.eventId),
        messages.map((message) => json(message.payload)),
        messages.map((message) => message.traceparent ?? null),
        messages.map((message) => message.occurredAt),
      ],
    );
    return { result, last };
  });
}

type Queryable = Pick<Pool, 'query'>;

type DatabaseEvent = {
  readonly position: string;
  readonly bucket: number;
  readonly stream_id: string;
  readonly version: number;
  readonly type: string;
  readonly data: unknown;
  readonly recorded_at: Date;
};

/** Exported for the test that counts the rows it scans. */
export function readStatement(schema: EventSchema): string {
  return `select k.position, e.bucket, e.stream_id, e.version, e.type, e.data, e.recorded_at
    from unnest($1::int[], $2::text[]) with ordinality as k(bucket, stream_id, position)
    join ${schema}.events e on e.bucket = k.bucket and e.stream_id = k.stream_id
    order by k.position, e.version`;
}

async function readStreams(
  pool: Queryable,
  schema: EventSchema,
  keys: readonly StreamKey[],
): Promise<readonly (readonly StoredEvent[])[]> {
  const streams: StoredEvent[][] = keys.map(() => []);
  if (keys.length === 0) return streams;
  const { rows } = await pool.query<DatabaseEvent>(readStatement(schema), [
    keys.map((key) => key.bucket),
    keys.map((key) => key.streamId),
  ]);
  for (const row of rows) streams[Number(row.position) - 1]!.push(storedEvent(row));
  return streams;
}

async function readAt(
  client: { query: Queryable['query'] },
  schema: EventSchema,
  conflicts: readonly Append[],
): Promise<ReadonlyMap<string, StoredEvent>> {
  if (conflicts.length === 0) return new Map();
  const { rows } = await client.query<DatabaseEvent>(
    `select e.bucket, e.stream_id, e.version, e.type, e.data, e.recorded_at
     from unnest($1::int[], $2::text[], $3::int[]) as k(bucket, stream_id, version)
     join ${schema}.events e on e.bucket = k.bucket and e.stream_id = k.stream_id and e.version = k.version`,
    [
      conflicts.map((append) => append.bucket),
      conflicts.map((append) => append.streamId),
      conflicts.map((append) => append.expectedVersion + 1),
    ],
  );
  return new Map(rows.map(storedEvent).map((event) => [streamName(event), event]));
}

function storedEvent(row: DatabaseEvent): StoredEvent {
  const { bucket, stream_id: streamId, version, type, data, recorded_at: recordedAt } = row;
  return { bucket, streamId, version, type, data, recordedAt };
}

function eventRows({ bucket, streamId, expectedVersion, events }: Append): EventRow[] {
  return events.map(({ type, data }, index) => ({
    bucket,
    streamId,
    version: expectedVersion + index + 1,
    type,
    data: json(data),
    expectedVersion,
  }));
}

function json(value: unknown): string {
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined) throw new TypeError('an event without data that JSON can carry');
  return text;
}

const streamName = ({ bucket, streamId }: StreamKey): string => `${bucket}/${streamId}`;
