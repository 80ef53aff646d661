import type { Pool } from 'pg';
import { bucketOf } from '../../../domain/ids.ts';
import type { OrderKey } from '../order-pages.ts';
import { readWhole } from '../whole/read-whole.ts';
import type { Checkpoint } from './checkpoint.ts';

/**
 * The orders of these buckets that an audit of a window looks at: those with an event since its horizon, those that are
 * open or parked, those with an event that no sum has yet, and those that were met on a topic.
 */
export async function changedOrders(
  postgres: Pool,
  { horizon, carried }: Checkpoint,
  buckets: readonly number[],
  partitions: number,
  met: Iterable<string>,
): Promise<readonly OrderKey[]> {
  const streams = ['orders', 'payment', 'shipping'].map(
    (schema) =>
      `select bucket, stream_id as order_id from ${schema}.events where recorded_at >= $1 and bucket = any($2)`,
  );
  const open = 'select bucket, order_id from orders.sagas where bucket = any($2)';
  const rows = await readWhole<{ bucket: number; order_id: string }>(
    postgres,
    `select distinct bucket, order_id from (${[...streams, open].join(' union all ')}) changed`,
    [horizon, buckets],
  );
  const keys = new Map(rows.map(({ bucket, order_id: orderId }) => [orderId, { bucket, orderId }]));
  const wanted = new Set(buckets);
  for (const orderId of [...carried.map((eventId) => eventId.split('/')[0]!), ...met]) {
    const bucket = bucketOf(orderId, partitions);
    if (wanted.has(bucket) && !keys.has(orderId)) keys.set(orderId, { bucket, orderId });
  }
  return [...keys.values()].toSorted((a, b) => a.bucket - b.bucket || (a.orderId < b.orderId ? -1 : 1));
}
