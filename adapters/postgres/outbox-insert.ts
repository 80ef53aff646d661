import type { PlacedMessage, Service } from '../../platform/ports/transactions.ts';
import { queryByBucket } from './by-bucket.ts';
import { json } from './errors.ts';
import type { Queryable } from './queryable.ts';

/** Writes what the relay publishes, in one statement; the messages of one bucket keep their order. */
export async function insertOutbox(
  client: Queryable,
  schema: Service,
  messages: readonly PlacedMessage[],
): Promise<void> {
  // All writers go through the buckets in one order, and sorting is stable.
  const rows = messages.toSorted((a, b) => a.bucket - b.bucket);
  await queryByBucket(
    client,
    `insert into ${schema}.outbox (bucket, topic, key, type, event_id, payload, traceparent, occurred_at)
     select n.bucket, n.topic, n.key, n.type, n.event_id, n.payload, n.traceparent, n.occurred_at
     from rows from (
         unnest($1::int[]), unnest($2::text[]), unnest($3::text[]), unnest($4::text[]), unnest($5::text[]),
         json_array_elements($6::json), unnest($7::text[]), unnest($8::timestamptz[])
       ) with ordinality as n(bucket, topic, key, type, event_id, payload, traceparent, occurred_at, position)
     order by n.position`,
    [
      rows.map((row) => row.bucket),
      rows.map((row) => row.topic),
      rows.map((row) => row.key),
      rows.map((row) => row.type),
      rows.map((row) => row.eventId),
      { json: rows.map((row) => json(row.payload)) },
      rows.map((row) => row.traceparent ?? null),
      rows.map((row) => row.occurredAt),
    ],
  );
}

type PublishedEvent = {
  readonly bucket: number;
  readonly streamId: string;
  readonly version: number;
  readonly topic: string;
  readonly eventIdPrefix: string;
  readonly traceparent: string | null;
};

/** The messages of events that are published as they are: their data is in the table already and is not sent again. */
export async function insertOutboxOfEvents(
  client: Queryable,
  schema: Service,
  events: readonly PublishedEvent[],
): Promise<void> {
  await queryByBucket(
    client,
    `insert into ${schema}.outbox (bucket, topic, key, type, event_id, payload, traceparent, occurred_at)
     select n.bucket, n.topic, n.stream_id, e.type, n.prefix || n.stream_id || '/' || n.version, e.data, n.traceparent,
       e.recorded_at
     from unnest($1::int[], $2::text[], $3::int[], $4::text[], $5::text[], $6::text[])
       with ordinality as n(bucket, stream_id, version, topic, prefix, traceparent, position)
     cross join lateral (
       select type, data, recorded_at from ${schema}.events
       where bucket = n.bucket and stream_id = n.stream_id and version = n.version
         /* one bucket: and bucket = $bucket */ offset 0
     ) e
     order by n.position`,
    [
      events.map((event) => event.bucket),
      events.map((event) => event.streamId),
      events.map((event) => event.version),
      events.map((event) => event.topic),
      events.map((event) => event.eventIdPrefix),
      events.map((event) => event.traceparent),
    ],
  );
}

/** The buckets of these messages, each once: whom to wake. */
export function bucketsOf(messages: readonly { readonly bucket: number }[]): readonly number[] {
  return [...new Set(messages.map(({ bucket }) => bucket))];
}
