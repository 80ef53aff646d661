import type { Pool } from 'pg';
import { bucketOf } from '../domain/ids.ts';
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

/** Those of the ids that no order's stream has. */
export async function withoutStream(
  postgres: Pool,
  orderIds: readonly string[],
  partitions: number,
): Promise<readonly string[]> {
  const { rows } = await postgres.query<{ order_id: string }>(
    `select k.order_id from unnest($1::int[], $2::text[]) as k(bucket, order_id)
     where not exists (select from orders.events e where e.bucket = k.bucket and e.stream_id = k.order_id)`,
    [orderIds.map((orderId) => bucketOf(orderId, partitions)), orderIds],
  );
  return rows.map(({ order_id: orderId }) => orderId);
}
