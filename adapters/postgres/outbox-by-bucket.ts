import type { OutboxRow } from '../../platform/ports/event-store.ts';
import type { LeaseSettings } from './outbox.ts';
import { rowsOf, type Queryable } from './queryable.ts';

export type RelayPass = {
  readonly published: readonly OutboxRow[];
  readonly held: readonly number[];
  readonly rowsPerBucket: number;
  /** Told of a bucket that failed while others did not. */
  readonly onError?: ((error: unknown) => void) | undefined;
};

/**
 * Deletes what was published and reads what comes next, each bucket by itself: on Citus a transaction over the shards of all
 * of them would commit in two phases, and hold up others. The leases lie elsewhere than the rows and are asked for before them.
 * A bucket whose shard is away is left out: what it has published comes again once.
 *
 * @throws TransientError when all of them failed.
 */
export async function deleteAndReadEach(
  database: Queryable,
  { schema, owner }: Pick<LeaseSettings, 'schema' | 'owner'>,
  { published, held, rowsPerBucket, onError }: RelayPass,
): Promise<readonly OutboxRow[]> {
  const leased = await rowsOf<{ bucket: number }>(
    database,
    `select bucket from ${schema}.relay_lease where bucket = any($1::int[]) and owner = $2 and expires_at > now()`,
    [held, owner],
  );
  const mine = new Set(leased.map(({ bucket }) => bucket));
  const done = Map.groupBy(published, ({ bucket }) => bucket);
  const parts = await Promise.allSettled(
    [...mine.union(done)].map(async (bucket) => {
      const ids = done.get(bucket)?.map(({ id }) => id) ?? [];
      if (ids.length > 0)
        await database.query(
          `delete from ${schema}.outbox where bucket = $1::int and id = any($2::bigint[])`,
          [bucket, ids],
        );
      if (!mine.has(bucket)) return [];
      return rowsOf<OutboxRow>(
        database,
        `select bucket, id, topic, key, type, event_id as "eventId", payload::text as payload, traceparent,
           occurred_at as "occurredAt"
         from ${schema}.outbox where bucket = $1::int order by id limit $2`,
        [bucket, rowsPerBucket],
      );
    }),
  );
  const failed = parts.filter((part) => part.status === 'rejected');
  if (failed[0]) {
    if (failed.length === parts.length) throw failed[0].reason;
    onError?.(failed[0].reason);
  }
  return parts.flatMap((part) => (part.status === 'fulfilled' ? part.value : []));
}
