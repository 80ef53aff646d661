import type { Append } from '../../platform/ports/event-store.ts';
import { queryByBucket } from './by-bucket.ts';
import type { Queryable } from './queryable.ts';
import { movesSaga } from './saga-deadline.ts';

/** The double-entry lines of these appends' events; `line` counts within one event. */
export async function insertPostings(client: Queryable, appends: readonly Append[]): Promise<void> {
  const rows = appends.flatMap(({ bucket, streamId, postings = [] }) =>
    [...Map.groupBy(postings, ({ version }) => version).values()].flatMap((ofEvent) =>
      ofEvent.map((posting, index) => ({ ...posting, bucket, streamId, line: index + 1 })),
    ),
  );
  if (rows.length === 0) return;
  await queryByBucket(
    client,
    `insert into payment.journal (bucket, order_id, version, line, account, currency, amount_minor)
     select * from unnest($1::int[], $2::text[], $3::int[], $4::int[], $5::text[], $6::text[], $7::bigint[])`,
    [
      rows.map((row) => row.bucket),
      rows.map((row) => row.streamId),
      rows.map((row) => row.version),
      rows.map((row) => row.line),
      rows.map((row) => row.account),
      rows.map((row) => row.currency),
      rows.map((row) => row.amountMinor),
    ],
  );
}

/** What becomes of the rows that keep these appends' unfinished orders in sight. */
export async function writeSagas(client: Queryable, appends: readonly Append[]): Promise<void> {
  const opened = appends.flatMap(({ bucket, streamId, saga }) =>
    saga?.change === 'open' ? [{ ...saga, bucket, streamId }] : [],
  );
  const ended = appends.filter(({ saga }) => saga?.change === 'ended');
  await Promise.all([
    opened.length > 0 &&
      queryByBucket(
        client,
        `insert into orders.sagas as s (bucket, order_id, deadline_at, parked_reason)
         select * from unnest($1::int[], $2::text[], $3::timestamptz[], $4::text[])
         on conflict (bucket, order_id) do update
           set deadline_at = excluded.deadline_at, parked_reason = excluded.parked_reason
           where ${movesSaga}`,
        [
          opened.map(({ bucket }) => bucket),
          opened.map(({ streamId }) => streamId),
          opened.map(({ deadlineAt }) => deadlineAt),
          opened.map(({ parkedReason }) => parkedReason ?? null),
        ],
      ),
    ended.length > 0 &&
      queryByBucket(
        client,
        `delete from orders.sagas s using unnest($1::int[], $2::text[]) as k(bucket, order_id)
         where s.bucket = k.bucket and s.order_id = k.order_id /* one bucket: and s.bucket = $bucket */`,
        [ended.map(({ bucket }) => bucket), ended.map(({ streamId }) => streamId)],
      ),
  ]);
}
