import type { ClientBase } from 'pg';
import { places, type Place } from './places.ts';
import { shardCountFor } from './shard-count.ts';

/** What Citus knows of a table: `h` is distributed, `n` on every node. */
export type Placed = { readonly table: string; readonly method: string; readonly column: string | null };

export type Step = { readonly text: string; readonly values: readonly unknown[] };

export type Region = {
  readonly partitions?: number | undefined;
  /** As declared; one at least is waited for without it. */
  readonly workers?: number | undefined;
  /** Also tables that have rows: they are moved while the table is locked. */
  readonly movesRows?: boolean | undefined;
};

/** Co-location follows the first table of the group. */
const [leader] = Object.keys(places).filter((table) => places[table]?.on === 'shards');

type Unplaced = readonly [table: string, place: Exclude<Place, { readonly on: 'coordinator' }>];

/**
 * The tables that are left to place; none where all are in theirs. @throws Error when a table lies elsewhere than it should:
 * that is for a person.
 */
export function unplaced(placed: readonly Placed[]): readonly Unplaced[] {
  const known = new Map(placed.map((table) => [table.table, table]));
  return Object.entries(places).flatMap(([table, place]): Unplaced[] => {
    const now = known.get(table);
    if (now !== undefined && !isAt(now, place))
      throw new Error(`Citus has ${table} in another place than ${place.on}`);
    return now !== undefined || place.on === 'coordinator' ? [] : [[table, place]];
  });
}

/** The statement that places a table. */
export function stepFor([table, place]: Unplaced, shards: number): Step {
  if (place.on === 'every-node')
    return { text: 'select create_reference_table($1::regclass)', values: [table] };
  return table === leader
    ? {
        text: `select create_distributed_table($1::regclass, $2, colocate_with => 'none', shard_count => $3)`,
        values: [table, place.column, shards],
      }
    : {
        text: 'select create_distributed_table($1::regclass, $2, colocate_with => $3)',
        values: [table, place.column, leader],
      };
}

function isAt({ method, column }: Placed, place: Place): boolean {
  switch (place.on) {
    case 'shards':
      return method === 'h' && column === place.column;
    case 'every-node':
      return method === 'n';
    case 'coordinator':
      return false;
  }
}

/**
 * Puts each table into its place where the database has Citus; nothing happens on a plain PostgreSQL. It may be repeated, and
 * goes on where it was cut off. Two at once wait for each other: the lock is the session's.
 *
 * @throws Error without `partitions` on a database that has Citus; before anything is placed when a table to be placed has rows,
 * unless `movesRows`; and while not all workers are there: the shards would lie on those that are.
 */
export async function distributeTables(
  client: ClientBase,
  { partitions, workers = 1, movesRows = false }: Region,
): Promise<void> {
  if (!(await hasCitus(client))) return;
  if (partitions === undefined)
    throw new Error('PARTITIONS is missing: how many shards follows from it, and PostgreSQL here has Citus');
  await client.query(`select pg_advisory_lock(hashtext('meridian.distribute'))`);
  const left = unplaced(await readPlaced(client));
  if (left.length === 0) return;
  if (!movesRows) await refuseRows(client, left);
  const shards = await countShards(client, partitions, workers);
  // Many relations a table: with one connection a node instead of one a shard.
  await client.query(`set citus.multi_shard_modify_mode = 'sequential'`);
  // Each is its own transaction: what is done stays done.
  for (const { text, values } of left.map((one) => stepFor(one, shards)))
    await client.query(text, [...values]);
}

async function refuseRows(client: ClientBase, tables: readonly Unplaced[]): Promise<void> {
  const asked = tables.map(([table]) => `select '${table}' as "table" where exists (select from ${table})`);
  const { rows } = await client.query<{ table: string }>(`${asked.join(' union all ')} limit 1`);
  if (rows[0])
    throw new Error(
      `${rows[0].table} has rows already: to place it moves them while nobody can write (migrate --move-rows)`,
    );
}

async function hasCitus(client: ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ found: boolean }>(
    `select to_regclass('pg_dist_partition') is not null as found`,
  );
  return rows[0]?.found === true;
}

async function readPlaced(client: ClientBase): Promise<readonly Placed[]> {
  const { rows } = await client.query<Placed>(
    `select n.nspname || '.' || c.relname as "table", p.partmethod as method,
       column_to_column_name(p.logicalrelid, p.partkey) as "column"
     from pg_dist_partition p join pg_class c on c.oid = p.logicalrelid join pg_namespace n on n.oid = c.relnamespace
     -- Others without a column are on the coordinator, and Citus only knows of them.
     where p.partmethod <> 'n' or p.repmodel = 't'`,
  );
  return rows;
}

async function countShards(client: ClientBase, partitions: number, declared: number): Promise<number> {
  const [hashes, nodes] = [
    await client.query<{ hash: number }>(
      'select hashint4(bucket) as hash from generate_series(0, $1 - 1) as bucket order by bucket',
      [partitions],
    ),
    await client.query<{ workers: number }>(
      `select count(*)::int as workers from pg_dist_node
       where isactive and shouldhaveshards and noderole = 'primary'`,
    ),
  ];
  const workers = nodes.rows[0]?.workers ?? 0;
  if (workers < declared) throw new Error(`Citus has ${workers} of its ${declared} workers yet`);
  return shardCountFor(
    hashes.rows.map(({ hash }) => hash),
    workers,
  );
}
