import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Backlog } from '../../platform/ports/backlog.ts';
import { rowsOf, translated, type Queryable } from './queryable.ts';

export type BacklogSettings = {
  /** Open orders are counted up to one more than this, so that a sample costs no more on a bad day. */
  readonly openOrdersLimit: number;
  readonly everyMs: number;
  /** Ends the sampling. */
  readonly signal: AbortSignal;
  /** A failed sample keeps the value before it. */
  readonly onError?: (error: unknown) => void;
};

type Sample = ReturnType<Backlog['read']>;

/** Samples the backlog of the orders service from now on; zeros until the first answer. */
export function createBacklog(pool: Pool, settings: BacklogSettings): Backlog {
  const { openOrdersLimit, everyMs, signal, onError } = settings;
  const database = translated(pool);
  let latest: Sample = { oldestOutboxMs: 0, openOrders: 0 };

  async function run(): Promise<void> {
    while (!signal.aborted) {
      const startedAt = performance.now();
      try {
        latest = await sample(database, openOrdersLimit + 1);
      } catch (error) {
        if (!signal.aborted) onError?.(error);
      }
      // A sample of very many open orders is taken less often.
      const pauseMs = Math.max(everyMs, Math.min(50 * (performance.now() - startedAt), slowestMs));
      await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  void run();
  return { read: () => latest };
}

/** Longest time from one sample to the next, in ms, unless a longer one is asked for. */
const slowestMs = 1000;

/**
 * One index probe for each bucket that has rows: its oldest is its first. Exported for the test that counts the rows it
 * scans. $1: most orders to count.
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
    (select count(*) from (select from orders.sagas where parked_reason is null limit $1) open)::int
      as "openOrders"`;

async function sample(database: Queryable, mostOpen: number): Promise<Sample> {
  if (database.byBucket === true) return sampleShards(database);
  const { rows } = await database.query<Sample>(backlogStatement, [mostOpen]);
  return rows[0]!;
}

/** Asks all shards at once: Citus has no recursion over them. What is accepted no more is not counted either: both are short. */
async function sampleShards(database: Queryable): Promise<Sample> {
  const [oldest, open] = await Promise.all([
    rowsOf<Pick<Sample, 'oldestOutboxMs'>>(
      database,
      `select coalesce(greatest(0, extract(epoch from now() - min(occurred_at)) * 1000), 0)::float as "oldestOutboxMs"
       from orders.outbox`,
    ),
    rowsOf<Pick<Sample, 'openOrders'>>(
      database,
      'select count(*)::int as "openOrders" from orders.sagas where parked_reason is null',
    ),
  ]);
  return { ...oldest[0]!, ...open[0]! };
}
