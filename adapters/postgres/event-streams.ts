import type { Append, StoredEvent, StreamKey } from '../../platform/ports/event-store.ts';
import { queryByBucket, rowsByBucket } from './by-bucket.ts';
import { json } from './errors.ts';
import type { Queryable } from './queryable.ts';

export type EventSchema = 'orders' | 'payment' | 'shipping';

export const streamName = ({ bucket, streamId }: StreamKey): string => `${bucket}/${streamId}`;

type DatabaseEvent = {
  readonly position: string;
  readonly bucket: number;
  readonly stream_id: string;
  readonly version: number;
  readonly type: string;
  readonly data: unknown;
  readonly recorded_at: Date;
};

/**
 * One index probe for each key: without `offset 0` the planner may rather read a whole table that is not large yet.
 * Exported for the test that counts the rows it scans.
 */
export function readStatement(schema: EventSchema): string {
  return `select k.position, e.bucket, e.stream_id, e.version, e.type, e.data, e.recorded_at
    from unnest($1::int[], $2::text[]) with ordinality as k(bucket, stream_id, position)
    cross join lateral (
      select * from ${schema}.events where bucket = k.bucket and stream_id = k.stream_id /* one bucket: and bucket = $bucket */ offset 0
    ) e
    order by k.position, e.version`;
}

/** The events of each key, oldest first. */
export async function readStreams(
  database: Queryable,
  schema: EventSchema,
  keys: readonly StreamKey[],
): Promise<readonly (readonly StoredEvent[])[]> {
  const streams: StoredEvent[][] = keys.map(() => []);
  if (keys.length === 0) return streams;
  const parts = await queryByBucket<DatabaseEvent>(database, readStatement(schema), [
    keys.map((key) => key.bucket),
    keys.map((key) => key.streamId),
  ]);
  for (const { rows, positions } of parts)
    for (const row of rows) {
      const position = Number(row.position) - 1;
      streams[positions?.[position] ?? position]!.push(storedEvent(row));
    }
  return streams;
}

/** What has the place of each conflicting append's first event, by stream. */
export async function readAt(
  client: Queryable,
  schema: EventSchema,
  conflicts: readonly Append[],
): Promise<ReadonlyMap<string, StoredEvent>> {
  if (conflicts.length === 0) return new Map();
  const rows = await rowsByBucket<DatabaseEvent>(
    client,
    `select e.bucket, e.stream_id, e.version, e.type, e.data, e.recorded_at
     from unnest($1::int[], $2::text[], $3::int[]) as k(bucket, stream_id, version)
     join ${schema}.events e on e.bucket = k.bucket and e.stream_id = k.stream_id and e.version = k.version
       /* one bucket: and e.bucket = $bucket */`,
    [
      conflicts.map((append) => append.bucket),
      conflicts.map((append) => append.streamId),
      conflicts.map((append) => append.expectedVersion + 1),
    ],
  );
  return new Map(rows.map(storedEvent).map((event) => [streamName(event), event]));
}

/**
 * The stream's last event must exist, or the append would leave a gap; for `offset 0` see `readStatement`. Exported for the
 * test that counts the rows it scans.
 */
export function insertStatement(schema: EventSchema): string {
  return `insert into ${schema}.events (bucket, stream_id, version, type, data)
    select n.bucket, n.stream_id, n.version, n.type, n.data
    from rows from (
        unnest($1::int[]), unnest($2::text[]), unnest($3::int[]), unnest($4::text[]),
        json_array_elements($5::json), unnest($6::int[])
      ) with ordinality as n(bucket, stream_id, version, type, data, expected_version, position)
    where n.expected_version = 0 or exists (
      select from ${schema}.events e
      where e.bucket = n.bucket and e.stream_id = n.stream_id and e.version = n.expected_version
        /* one bucket: and e.bucket = $bucket */ offset 0
    )
    order by n.position
    on conflict do nothing
    returning bucket, stream_id as "streamId", version`;
}

type InsertedEvent = StreamKey & { readonly version: number };

/**
 * Inserts the events of sorted appends and answers with those whose events were all written; of the others nothing is
 * left.
 */
export async function insertEvents(
  client: Queryable,
  schema: EventSchema,
  sorted: readonly Append[],
): Promise<ReadonlySet<Append>> {
  const rows = sorted.flatMap(({ bucket, streamId, expectedVersion, events }) =>
    events.map(({ type, data }, index) => ({
      bucket,
      streamId,
      version: expectedVersion + index + 1,
      type,
      data: json(data),
      expectedVersion,
    })),
  );
  const inserted = await rowsByBucket<InsertedEvent>(client, insertStatement(schema), [
    rows.map((row) => row.bucket),
    rows.map((row) => row.streamId),
    rows.map((row) => row.version),
    rows.map((row) => row.type),
    { json: rows.map((row) => row.data) },
    rows.map((row) => row.expectedVersion),
  ]);
  if (inserted.length === rows.length) return new Set(sorted);
  const byStream = Map.groupBy(inserted, streamName);
  const written = new Set<Append>();
  const leftOver: InsertedEvent[] = [];
  for (const append of sorted) {
    const own = byStream.get(streamName(append)) ?? [];
    if (own.length === append.events.length) written.add(append);
    // Of an append longer than what another writer put in its place, the end has been inserted.
    else leftOver.push(...own);
  }
  if (leftOver.length > 0) await deleteEvents(client, schema, leftOver);
  return written;
}

async function deleteEvents(
  client: Queryable,
  schema: EventSchema,
  events: readonly InsertedEvent[],
): Promise<void> {
  await queryByBucket(
    client,
    `delete from ${schema}.events e using unnest($1::int[], $2::text[], $3::int[]) as k(bucket, stream_id, version)
     where e.bucket = k.bucket and e.stream_id = k.stream_id and e.version = k.version
       /* one bucket: and e.bucket = $bucket */`,
    [
      events.map((event) => event.bucket),
      events.map((event) => event.streamId),
      events.map((event) => event.version),
    ],
  );
}

function storedEvent(row: DatabaseEvent): StoredEvent {
  const { bucket, stream_id: streamId, version, type, data, recorded_at: recordedAt } = row;
  return { bucket, streamId, version, type, data, recordedAt };
}
