import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool, QueryResult } from 'pg';
import type { OutboxRow } from '../../platform/ports/event-store.ts';
import type { InboxService } from '../../platform/ports/retention.ts';
import { deleteAndReadEach } from './outbox-by-bucket.ts';
import { inTransaction } from './pool.ts';
import { translated, type Queryable } from './queryable.ts';

export type LeaseSettings = {
  /** Who has an inbox has an outbox, too. */
  readonly schema: InboxService;
  /** Of all relays together. */
  readonly buckets: readonly number[];
  /** Differs between relays, and between two runs of one. */
  readonly owner: string;
  readonly leaseMs: number;
};

/**
 * Renews this relay's leases and takes free or expired ones up to its fair share, giving back what is more; answers
 * with the buckets that it holds. A relay that stops without `releaseLeases` is replaced when its leases expire.
 */
async function holdLeases(pool: Pool, settings: LeaseSettings): Promise<number[]> {
  const { schema, buckets, owner, leaseMs } = settings;
  return inTransaction(pool, async (client) => {
    await client.query(
      `insert into ${schema}.relay_member as m (owner, expires_at)
       values ($1, now() + $2::int * interval '1 millisecond')
       on conflict (owner) do update set expires_at = excluded.expires_at`,
      [owner, leaseMs],
    );
    await client.query(
      `delete from ${schema}.relay_member where owner in (
         select owner from ${schema}.relay_member where expires_at < now() - interval '1 minute'
         for update skip locked
       )`,
    );
    const members = await client.query<{ owner: string }>(
      `select owner from ${schema}.relay_member where expires_at > now() order by owner`,
    );
    const leases = await client.query<{ bucket: number; mine: boolean; live: boolean }>(
      `select bucket, owner = $2 as mine, expires_at > now() as live from ${schema}.relay_lease
       where bucket = any($1::int[])`,
      [buckets, owner],
    );
    const live = new Map(leases.rows.filter((row) => row.live).map((row) => [row.bucket, row.mine]));
    const count = Math.max(1, members.rows.length);
    const rank = members.rows.findIndex((member) => member.owner === owner);
    const share = Math.floor(buckets.length / count) + (rank < buckets.length % count ? 1 : 0);
    const mine = buckets.filter((bucket) => live.get(bucket) === true);
    const free = buckets.filter((bucket) => !live.has(bucket));
    const wanted = [...mine, ...free].slice(0, share).toSorted((a, b) => a - b);
    // The condition decides again under the row's lock: another relay may have been faster.
    const held = await client.query<{ bucket: number }>(
      `insert into ${schema}.relay_lease as l (bucket, owner, expires_at)
       select bucket, $2, now() + $3::int * interval '1 millisecond' from unnest($1::int[]) as w(bucket)
       on conflict (bucket) do update set owner = excluded.owner, expires_at = excluded.expires_at
       where l.owner = excluded.owner or l.expires_at <= now()
       returning bucket`,
      [wanted, owner, leaseMs],
    );
    const givenBack = mine.filter((bucket) => !wanted.includes(bucket));
    if (givenBack.length > 0) await deleteLeases(client, schema, owner, givenBack);
    return { result: held.rows.map((row) => row.bucket).toSorted((a, b) => a - b) };
  });
}

/** Lets other relays go on at once. */
async function releaseLeases(pool: Pool, settings: LeaseSettings): Promise<void> {
  const { schema, buckets, owner } = settings;
  await inTransaction(pool, async (client) => {
    await deleteLeases(client, schema, owner, buckets);
    const last = client.query(`delete from ${schema}.relay_member where owner = $1`, [owner]);
    return { result: undefined, last };
  });
}

async function deleteLeases(
  client: Queryable,
  schema: InboxService,
  owner: string,
  buckets: readonly number[],
): Promise<void> {
  await client.query(`delete from ${schema}.relay_lease where owner = $1 and bucket = any($2::int[])`, [
    owner,
    buckets,
  ]);
}

/** Exported for the test that counts the rows it scans. */
export function readOutboxStatement(schema: InboxService): string {
  return `select o.bucket, o.id, o.topic, o.key, o.type, o.event_id as "eventId", o.payload::text as payload,
      o.traceparent, o.occurred_at as "occurredAt"
    from unnest($1::int[]) as held(bucket)
    join ${schema}.relay_lease l on l.bucket = held.bucket and l.owner = $2 and l.expires_at > now()
    cross join lateral (
      select * from ${schema}.outbox where bucket = held.bucket order by id limit $3
    ) o
    order by o.id`;
}

/** Deletes what was published and reads what comes next, in one round trip. */
async function deleteAndRead(
  pool: Pool,
  settings: LeaseSettings & Pick<RelaySettings, 'onError'>,
  published: readonly OutboxRow[],
  held: readonly number[],
  rowsPerBucket: number,
): Promise<readonly OutboxRow[]> {
  const { schema, owner, onError } = settings;
  const database = translated(pool);
  if (database.byBucket === true)
    return deleteAndReadEach(database, settings, { published, held, rowsPerBucket, onError });
  return inTransaction(
    pool,
    async (client) => {
      const deleted: Promise<QueryResult | undefined> =
        published.length === 0
          ? Promise.resolve(undefined)
          : client.query(
              `delete from ${schema}.outbox o using unnest($1::int[], $2::bigint[]) as k(bucket, id)
               where o.bucket = k.bucket and o.id = k.id`,
              [published.map((row) => row.bucket), published.map((row) => row.id)],
            );
      const read = client.query<OutboxRow>(readOutboxStatement(schema), [held, owner, rowsPerBucket]);
      const [, { rows }] = await Promise.all([deleted, read]);
      return { result: rows };
    },
    // A delete that a crash loses is a duplicate, which consumers skip.
    'begin; set local synchronous_commit = off',
  );
}

/** Whether a bucket has more than one pass takes. */
function isBehind(rows: readonly OutboxRow[], rowsPerBucket: number): boolean {
  if (rows.length < rowsPerBucket) return false;
  return [...Map.groupBy(rows, ({ bucket }) => bucket).values()].some((own) => own.length >= rowsPerBucket);
}

export type RelaySettings = LeaseSettings & {
  /** Resolves when all rows are acknowledged; rows of one bucket are in order. */
  readonly publish: (rows: readonly OutboxRow[]) => Promise<void>;
  readonly rowsPerBucket?: number;
  /** How long to wait when there was nothing to publish, or after a failure. */
  readonly idleMs?: number;
  /**
   * Shortest time from one pass to the next, in ms, after one with so many rows that began so long (ms) after the one with rows
   * before it; after a quiet time, and while a bucket has more than a pass takes, nothing is delayed.
   */
  readonly paceMs?: (rows: number, sinceMs: number) => number;
  /** Ends an idle wait early; `idleMs` remains the backstop. */
  readonly waitForWork?: (signal: AbortSignal) => Promise<void>;
  readonly onError?: (error: unknown) => void;
  /** Called from step to step, also while there is nothing to publish or a system is away. */
  readonly beat?: () => void;
};

/**
 * Publishes the outbox until the signal aborts; then what is being published is finished and deleted, and the leases
 * are released. After any failure the same rows are read again: every row is published at least once, in order.
 */
export async function runRelay(pool: Pool, settings: RelaySettings, signal: AbortSignal): Promise<void> {
  const {
    leaseMs,
    publish,
    rowsPerBucket = 200,
    idleMs = 50,
    paceMs = () => 0,
    waitForWork,
    onError,
    beat,
  } = settings;
  let held: readonly number[] = [];
  let published: readonly OutboxRow[] = [];
  let renewAt = 0;
  let lastPassAt = -Infinity;

  async function pass(): Promise<void> {
    const startedAt = performance.now();
    if (performance.now() >= renewAt) {
      held = await holdLeases(pool, settings);
      renewAt = performance.now() + leaseMs / 3;
    }
    const rows = await deleteAndRead(pool, settings, published, held, rowsPerBucket);
    published = [];
    if (rows.length === 0) return idle();
    beat?.();
    await publish(rows);
    published = rows;
    const sinceMs = startedAt - lastPassAt;
    const pace = paceMs(rows.length, sinceMs);
    const early = pace - (performance.now() - startedAt);
    if (sinceMs < pace * 2 && early > 1 && !isBehind(rows, rowsPerBucket))
      await sleep(early, undefined, { signal }).catch(() => undefined);
    lastPassAt = startedAt;
  }

  async function idle(): Promise<void> {
    const waking = new AbortController();
    const either = AbortSignal.any([signal, waking.signal]);
    const waits: Promise<unknown>[] = [sleep(idleMs, undefined, { signal: either })];
    if (waitForWork) waits.push(waitForWork(either));
    await Promise.race(waits).catch(() => undefined);
    waking.abort();
    await Promise.allSettled(waits);
  }

  while (!signal.aborted) {
    beat?.();
    try {
      await pass();
    } catch (error) {
      onError?.(error);
      await sleep(idleMs, undefined, { signal }).catch(() => undefined);
    }
  }
  try {
    await deleteAndRead(pool, settings, published, [], rowsPerBucket);
    await releaseLeases(pool, settings);
  } catch (error) {
    onError?.(error);
  }
}
