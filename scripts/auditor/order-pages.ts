import type { Pool } from 'pg';
import { from } from './sources.ts';

export type OrderKey = { readonly bucket: number; readonly orderId: string };

/** The orders after `after` up to and with `upTo`; without `upTo` to the end. The database compares, by its own collation. */
export type OrderRange = {
  readonly after: OrderKey;
  readonly upTo: OrderKey | undefined;
  /** The streams that begin in it; rows of others without a beginning can lie between them. */
  readonly keys: readonly OrderKey[];
};

/** Orders that are read together: a range of them, or just these. */
export type OrderSelection = OrderRange | { readonly keys: readonly OrderKey[] };

/** Walks over the order streams of these buckets along the primary key. */
export async function* orderRanges(
  postgres: Pool,
  buckets: readonly number[],
  pageSize: number,
): AsyncGenerator<OrderRange> {
  for (const bucket of buckets) {
    let after: OrderKey = { bucket, orderId: '' };
    for (;;) {
      const { rows } = await from('postgres', () =>
        postgres.query<{ stream_id: string }>(
          `select stream_id from orders.events where bucket = $1 and stream_id > $2 and version = 1
           order by stream_id limit $3`,
          [bucket, after.orderId, pageSize],
        ),
      );
      const keys = rows.map(({ stream_id: orderId }) => ({ bucket, orderId }));
      const last = keys.length < pageSize ? undefined : keys.at(-1);
      yield { after, upTo: last, keys };
      if (!last) break;
      after = last;
    }
  }
}
