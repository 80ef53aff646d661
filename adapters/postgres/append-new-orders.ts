import type { Append } from '../../platform/ports/event-store.ts';
import { dataOf } from './append-singles.ts';
import { json } from './errors.ts';
import { streamName, type EventSchema } from './event-streams.ts';
import type { Queryable } from './queryable.ts';
import { sameDeadlineMs } from './saga-deadline.ts';

/** What the first events of new orders have in common. */
type NewOrders = {
  readonly topic: string;
  readonly eventIdPrefix: string;
  /** The latest one counts for all. */
  readonly deadlineAt: Date;
};

/** Undefined unless all are orders that begin with one event, which is published in one way, and none is parked. */
export function newOrdersOf(schema: EventSchema, singles: readonly Append[]): NewOrders | undefined {
  const publish = singles[0]?.publish;
  if (schema !== 'orders' || !publish) return undefined;
  let [earliestMs, latestMs] = [Infinity, -Infinity];
  for (const append of singles) {
    const { saga } = append;
    if (append.expectedVersion !== 0 || saga?.change !== 'open' || saga.parkedReason !== undefined)
      return undefined;
    if (append.publish?.topic !== publish.topic || append.publish.eventIdPrefix !== publish.eventIdPrefix)
      return undefined;
    earliestMs = Math.min(earliestMs, saga.deadlineAt.getTime());
    latestMs = Math.max(latestMs, saga.deadlineAt.getTime());
  }
  // A later step would not move them either.
  return latestMs - earliestMs > sameDeadlineMs ? undefined : { ...publish, deadlineAt: new Date(latestMs) };
}

/**
 * New orders, which are most of what a gateway writes, as one statement that is its own transaction (`appendSingles`).
 * Nothing is older than they are: no stream to look for, no saga that could be in the way, and the outbox is written from
 * the rows that were inserted, without a join.
 *
 * @returns the appends that were written.
 */
export async function appendNewOrders(
  database: Queryable,
  sorted: readonly Append[],
  { topic, eventIdPrefix, deadlineAt }: NewOrders,
): Promise<ReadonlySet<Append>> {
  const { rows } = await database.query<{ written: number; names: string | null }>(statement, [
    sorted.map(({ bucket }) => bucket),
    sorted.map(({ streamId }) => streamId),
    sorted.map(({ events }) => events[0]!.type),
    dataOf(sorted),
    topic,
    eventIdPrefix,
    traceparents(sorted),
    deadlineAt,
  ]);
  const { written, names } = rows[0]!;
  if (written === sorted.length) return new Set(sorted);
  const known = new Set(names?.split('\n'));
  return new Set(sorted.filter((append) => known.has(streamName(append))));
}

/** JSON by stream id, since few orders are traced: null when none is. */
function traceparents(appends: readonly Append[]): string | null {
  const traced = appends.filter(({ events }) => events[0]!.traceparent !== undefined);
  if (traced.length === 0) return null;
  return json(Object.fromEntries(traced.map(({ streamId, events }) => [streamId, events[0]!.traceparent])));
}

const statement = `with n as (
    select * from rows from (unnest($1::int[]), unnest($2::text[]), unnest($3::text[]), json_array_elements($4::json))
      with ordinality as r(bucket, stream_id, type, data, position)
  ), written as (
    insert into orders.events (bucket, stream_id, version, type, data)
    select n.bucket, n.stream_id, 1, n.type, n.data from n order by n.position
    on conflict do nothing
    returning bucket, stream_id, type, data, recorded_at
  ), published as (
    insert into orders.outbox (bucket, topic, key, type, event_id, payload, traceparent, occurred_at)
    select w.bucket, $5::text, w.stream_id, w.type, $6::text || w.stream_id || '/1', w.data, $7::jsonb ->> w.stream_id,
      w.recorded_at
    from written w
  ), opened as (
    insert into orders.sagas (bucket, order_id, deadline_at)
    select w.bucket, w.stream_id, $8::timestamptz from written w
  )
  select count(*)::int as written, string_agg(bucket || '/' || stream_id, E'\\n') as names from written`;
