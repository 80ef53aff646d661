import type { Pool } from 'pg';
import type { HistoryChange, HistoryEvent } from '../platform/ports/order-history.ts';
import type { OrderKey } from './auditor/order-pages.ts';

/** The whole streams of these orders, as the projection takes them. */
export async function readHistoryEvents(
  postgres: Pool,
  keys: readonly OrderKey[],
): Promise<readonly HistoryChange[]> {
  if (keys.length === 0) return [];
  type Data = { readonly userId: string; readonly at: string } & Readonly<Record<string, unknown>>;
  const { rows } = await postgres.query<{ position: string; version: number; type: string; data: Data }>(
    `select k.position, e.version, e.type, e.data
     from unnest($1::int[], $2::text[]) with ordinality as k(bucket, stream_id, position)
     join orders.events e on e.bucket = k.bucket and e.stream_id = k.stream_id
     order by k.position, e.version`,
    [keys.map(({ bucket }) => bucket), keys.map(({ orderId }) => orderId)],
  );
  return [...Map.groupBy(rows, ({ position }) => position)].map(([position, own]) => ({
    orderId: keys[Number(position) - 1]!.orderId,
    userId: own[0]!.data.userId,
    events: own.map(({ version, type, data: { at, ...data } }): HistoryEvent => ({
      version,
      type,
      at,
      data,
    })),
  }));
}

/** The orders with an event recorded since then, page by page; one pass over each bucket. */
export async function* changedSince(
  postgres: Pool,
  buckets: readonly number[],
  since: Date,
  pageSize: number,
): AsyncGenerator<readonly OrderKey[]> {
  for (const bucket of buckets) {
    let after = '';
    for (;;) {
      const { rows } = await postgres.query<{ stream_id: string }>(
        `select distinct stream_id from orders.events
         where bucket = $1 and stream_id > $2 and recorded_at >= $3 order by stream_id limit $4`,
        [bucket, after, since, pageSize],
      );
      if (rows.length > 0) yield rows.map(({ stream_id: orderId }) => ({ bucket, orderId }));
      if (rows.length < pageSize) break;
      after = rows.at(-1)!.stream_id;
    }
  }
}
