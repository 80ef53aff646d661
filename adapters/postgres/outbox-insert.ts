import type { PlacedMessage, Service } from '../../platform/ports/transactions.ts';
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
  await client.query(
    `insert into ${schema}.outbox (bucket, topic, key, type, event_id, payload, traceparent, occurred_at)
     select n.bucket, n.topic, n.key, n.type, n.event_id, n.payload::json, n.traceparent, n.occurred_at
     from unnest($1::int[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
       $8::timestamptz[]) with ordinality
       as n(bucket, topic, key, type, event_id, payload, traceparent, occurred_at, position)
     order by n.position`,
    [
      rows.map((row) => row.bucket),
      rows.map((row) => row.topic),
      rows.map((row) => row.key),
      rows.map((row) => row.type),
      rows.map((row) => row.eventId),
      rows.map((row) => json(row.payload)),
      rows.map((row) => row.traceparent ?? null),
      rows.map((row) => row.occurredAt),
    ],
  );
}

/** The buckets of these messages, each once: whom to wake. */
export function bucketsOf(messages: readonly PlacedMessage[]): readonly number[] {
  return [...new Set(messages.map(({ bucket }) => bucket))];
}
