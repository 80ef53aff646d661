import type { Append } from '../../platform/ports/event-store.ts';
import { json } from './errors.ts';
import { streamName, type EventSchema } from './event-streams.ts';
import type { Queryable } from './queryable.ts';
import { movesSaga } from './saga-deadline.ts';

/** Whether an append is one event and nothing that a second statement would have to write. */
export function isSingle({ events, messages, postings = [] }: Append): boolean {
  return events.length === 1 && messages.length === 0 && postings.length === 0;
}

/**
 * Appends of one event each as one statement, which is its own transaction: one round trip with the outbox and the sagas,
 * where several statements would be two and a BEGIN and a COMMIT. What the conflict leaves out of `written` is written
 * nowhere. For plain PostgreSQL: Citus runs such a statement shard by shard.
 *
 * @returns the appends that were written.
 */
export async function appendSingles(
  database: Queryable,
  schema: EventSchema,
  sorted: readonly Append[],
): Promise<ReadonlySet<Append>> {
  const { rows } = await database.query<{ bucket: number; streamId: string }>(singlesStatement(schema), [
    sorted.map(({ bucket }) => bucket),
    sorted.map(({ streamId }) => streamId),
    sorted.map(({ expectedVersion }) => expectedVersion),
    sorted.map(({ events }) => events[0]!.type),
    dataOf(sorted),
    sorted.map(({ publish }) => publish?.topic ?? null),
    sorted.map(({ publish }) => publish?.eventIdPrefix ?? null),
    sorted.map(({ events }) => events[0]!.traceparent ?? null),
    ...(schema === 'orders' ? sagaColumns(sorted) : []),
  ]);
  if (rows.length === sorted.length) return new Set(sorted);
  const written = new Set(rows.map(streamName));
  return new Set(sorted.filter((append) => written.has(streamName(append))));
}

/** Their events' data as one JSON array: an array of texts would escape every quote. */
export function dataOf(singles: readonly Append[]): string {
  return `[${singles.map(({ events }) => json(events[0]!.data)).join(',')}]`;
}

function sagaColumns(appends: readonly Append[]): unknown[] {
  return [
    appends.map(({ saga }) => saga?.change ?? null),
    appends.map(({ saga }) => (saga?.change === 'open' ? saga.deadlineAt : null)),
    appends.map(({ saga }) => (saga?.change === 'open' ? (saga.parkedReason ?? null) : null)),
  ];
}

const sagas = `, opened as (
    insert into orders.sagas as s (bucket, order_id, deadline_at, parked_reason)
    select n.bucket, n.stream_id, n.deadline_at, n.parked_reason
    from n join written w on w.bucket = n.bucket and w.stream_id = n.stream_id
    where n.saga = 'open' order by n.position
    on conflict (bucket, order_id) do update
      set deadline_at = excluded.deadline_at, parked_reason = excluded.parked_reason
      where ${movesSaga}
  ), ended as (
    delete from orders.sagas s using n join written w on w.bucket = n.bucket and w.stream_id = n.stream_id
    where n.saga = 'ended' and s.bucket = n.bucket and s.order_id = n.stream_id
  )`;

const statements = new Map<EventSchema, string>();

/** Exported for the test that counts the rows it scans. */
export function singlesStatement(schema: EventSchema): string {
  return statements.getOrInsertComputed(schema, makeStatement);
}

// The stream's last event must exist, or the append would leave a gap; for `offset 0` see `readStatement`.
function makeStatement(schema: EventSchema): string {
  const withSagas = schema === 'orders';
  return `with n as (
    select * from rows from (
        unnest($1::int[]), unnest($2::text[]), unnest($3::int[]), unnest($4::text[]), json_array_elements($5::json),
        unnest($6::text[]), unnest($7::text[]), unnest($8::text[])
        ${withSagas ? ', unnest($9::text[]), unnest($10::timestamptz[]), unnest($11::text[])' : ''}
      ) with ordinality as r(bucket, stream_id, expected_version, type, data, topic, prefix, traceparent
        ${withSagas ? ', saga, deadline_at, parked_reason' : ''}, position)
  ), written as (
    insert into ${schema}.events (bucket, stream_id, version, type, data)
    select n.bucket, n.stream_id, n.expected_version + 1, n.type, n.data from n
    where n.expected_version = 0 or exists (
      select from ${schema}.events e
      where e.bucket = n.bucket and e.stream_id = n.stream_id and e.version = n.expected_version offset 0
    )
    order by n.position
    on conflict do nothing
    returning bucket, stream_id, version, recorded_at
  ), published as (
    insert into ${schema}.outbox (bucket, topic, key, type, event_id, payload, traceparent, occurred_at)
    select n.bucket, n.topic, n.stream_id, n.type, n.prefix || n.stream_id || '/' || w.version, n.data, n.traceparent,
      w.recorded_at
    from n join written w on w.bucket = n.bucket and w.stream_id = n.stream_id
    where n.topic is not null order by n.position
  )${withSagas ? sagas : ''}
  select bucket, stream_id as "streamId" from written`;
}
