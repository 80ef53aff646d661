import type { Pool } from 'pg';
import type { InboxService, Retention } from '../../platform/ports/retention.ts';
import { rowsOf, translated } from './queryable.ts';

/** Each statement is its own short transaction: a sweep that is cut off has done what it has done. */
export function createRetention(pool: Pool): Retention {
  const database = translated(pool);
  return {
    async pruneInbox(service, { now, keptMs }, limit) {
      const oldest = await rowsOf<{ bucket: number; consumer: string; event_id: string }>(
        database,
        oldestHandledStatement(service, limit),
        [now, keptMs],
      );
      const placed = Map.groupBy(oldest, ({ bucket, consumer }) => JSON.stringify([bucket, consumer]));
      for (const rows of placed.values()) {
        const { bucket, consumer } = rows[0]!;
        const eventIds = rows.map(({ event_id: eventId }) => eventId);
        await database.query(forgetHandledStatement(service), [bucket, consumer, eventIds]);
      }
      return oldest.length;
    },

    async pruneActivity({ now, keptMs }, limit) {
      const { rowCount } = await database.query(pruneActivityStatement(limit), [now, keptMs]);
      return rowCount ?? 0;
    },
  };
}

// $1: the process's time, $2: how long rows are kept, in ms. The limit stands in the text: a plan that the server keeps for
// all parameters reckons with it, and takes the index.
const before = `least(now(), $1::timestamptz) - $2::float8 * interval '1 millisecond'`;

export const oldestHandledStatement = (service: InboxService, limit: number): string =>
  `select bucket, consumer, event_id from ${service}.inbox where handled_at < ${before}
   order by handled_at limit ${limit}`;

/**
 * Of one bucket, which Citus takes to one shard, and by the primary key alone: with the time in it too, the planner may
 * read all old rows for each bucket. $1: bucket, $2: consumer, $3: event ids.
 */
export const forgetHandledStatement = (service: InboxService): string =>
  `delete from ${service}.inbox where bucket = $1 and consumer = $2 and event_id = any($3::text[])`;

export const pruneActivityStatement = (limit: number): string =>
  `delete from fraud.activity a using (
    select user_id, placed_at, order_id from fraud.activity where placed_at < ${before}
    order by placed_at limit ${limit}
  ) o
  where a.user_id = o.user_id and a.placed_at = o.placed_at and a.order_id = o.order_id`;
