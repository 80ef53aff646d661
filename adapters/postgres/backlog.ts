import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Backlog } from '../../platform/ports/backlog.ts';
import { translated, type Queryable } from './queryable.ts';

export type BacklogSettings = {
  readonly everyMs: number;
  /** Ends the sampling. */
  readonly signal: AbortSignal;
  /** A failed sample keeps the value before it. */
  readonly onError?: (error: unknown) => void;
};

type Sample = ReturnType<Backlog['read']>;

/** Samples the backlog of the orders service from now on; zeros until the first answer. */
export function createBacklog(pool: Pool, settings: BacklogSettings): Backlog {
  const { everyMs, signal, onError } = settings;
  const database = translated(pool);
  let latest: Sample = { oldestOutboxMs: 0, openOrders: 0 };

  async function run(): Promise<void> {
    while (!signal.aborted) {
      try {
        latest = await sample(database);
      } catch (error) {
        if (!signal.aborted) onError?.(error);
      }
      await sleep(everyMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  void run();
  return { read: () => latest };
}

/** More open orders than this are not counted, so that a sample costs the same on a bad day. */
const mostOpen = 10_001;

/**
 * One index probe for each bucket that has rows: its oldest is its first. Exported for the test that counts the rows it
 * scans.
 */
export const backlogStatement = `with recursive heads as (
    (select bucket, occurred_at from orders.outbox order by bucket, id limit 1)
    union all
    select next.bucket, next.occurred_at from heads
    cross join lateral (
      select bucket, occurred_at from orders.outbox where bucket > heads.bucket order by bucket, id limit 1
    ) next
  )
  select coalesce((select greatest(0, extract(epoch from now() - min(occurred_at)) * 1000) from heads), 0)::float
      as "oldestOutboxMs",
    (select count(*) from (select from orders.sagas where parked_reason is null limit ${mostOpen}) open)::int
      as "openOrders"`;

async function sample(database: Queryable): Promise<Sample> {
  const { rows } = await database.query<Sample>(backlogStatement);
  return rows[0]!;
}
