import { Client, type Pool } from 'pg';

/**
 * What the step asks of Citus, made of a plain PostgreSQL's partitions. For tests only: a distributed table becomes one with a
 * partition a bucket, whose keys PostgreSQL holds to Citus's own rule (each contains the column), and which refuses an insert
 * of rows of two buckets. It runs no SQL on other servers, and knows nothing of what Citus cannot plan.
 */
export const citusStandIn = (partitions: number, workers: number): string => `
  create table pg_dist_partition (logicalrelid regclass primary key, partmethod "char", partkey text, repmodel "char", group_leader text,
    shards int);
  create table pg_dist_node (isactive bool default true, shouldhaveshards bool default true, noderole text default 'primary');
  insert into pg_dist_node select from generate_series(1, ${workers});

  create function column_to_column_name(regclass, text) returns text language sql strict as 'select $2';

  create function refuse_several_buckets() returns trigger language plpgsql as $$
  begin
    if (select count(distinct bucket) from added) > 1 then
      raise exception 'rows of several buckets in one statement into %', tg_table_name;
    end if;
    return null;
  end $$;

  create function create_distributed_table(table_name regclass, distribution_column text,
    distribution_type text default 'hash', colocate_with text default 'default', shard_count int default null)
  returns void language plpgsql as $$
  declare
    place text := (select relnamespace::regnamespace::text from pg_class where oid = table_name);
    name text := (select relname from pg_class where oid = table_name);
    leader regclass := nullif(colocate_with, 'none')::regclass;
  begin
    if leader is not null and not exists (select from pg_dist_partition where logicalrelid = leader) then
      raise exception '% is not distributed', colocate_with;
    end if;
    execute format('alter table %s rename to undistributed', table_name);
    execute format('create table %I.%I (like %I.undistributed including all) partition by list (%I)',
      place, name, place, distribution_column);
    for bucket in 0 .. ${partitions - 1} loop
      execute format('create table %1$I.%2$I partition of %1$I.%3$I for values in (%4$s)',
        place, name || '_b' || bucket, name, bucket);
    end loop;
    execute format('insert into %1$I.%2$I overriding system value select * from %1$I.undistributed', place, name);
    execute format('create trigger one_bucket after insert on %I.%I referencing new table as added
      for each statement execute function refuse_several_buckets()', place, name);
    execute format('drop table %I.undistributed', place);
    insert into pg_dist_partition
      values (format('%I.%I', place, name), 'h', distribution_column, 's', colocate_with, shard_count);
  end $$;

  create function create_reference_table(table_name regclass) returns void language sql as
    $$ insert into pg_dist_partition values (table_name, 'n', null, 't', 'none', 1) $$;
`;

/** A statement as it was run, and the tables that its plan touches, partitions by their own names. */
export type RunStatement = { readonly text: string; readonly tables: readonly string[] };

/** Makes the server tell each connection of the database what it runs. The superuser's to do. */
export async function explainAll(superuserUrl: string, database: string): Promise<void> {
  const client = new Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    for (const setting of [
      `session_preload_libraries = 'auto_explain'`,
      `auto_explain.log_min_duration = 0`,
      `auto_explain.log_format = json`,
      `auto_explain.log_verbose = on`,
      `auto_explain.log_level = notice`,
      // As Citus plans: with the parameters at hand.
      `plan_cache_mode = force_custom_plan`,
    ])
      await client.query(`alter database ${database} set ${setting}`);
  } finally {
    await client.end();
  }
}

/** Collects what connections that the pool opens from now on are told. */
export function recordStatements(pool: Pool): RunStatement[] {
  const statements: RunStatement[] = [];
  pool.on('connect', (client) => {
    client.on('notice', ({ message = '' }) => {
      const plan = /^duration: .*? plan:\n(.*)$/s.exec(message)?.[1];
      if (plan === undefined) return;
      const explained = JSON.parse(plan) as { 'Query Text': string; Plan: Plan };
      statements.push({ text: explained['Query Text'], tables: [...new Set(tablesIn(explained.Plan))] });
    });
  });
  return statements;
}

type Plan = {
  readonly Schema?: string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly Plan[];
};

function tablesIn(plan: Plan): string[] {
  const own = plan['Relation Name'] === undefined ? [] : [`${plan.Schema}.${plan['Relation Name']}`];
  return [...own, ...(plan.Plans ?? []).flatMap(tablesIn)];
}
