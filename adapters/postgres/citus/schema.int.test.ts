import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../../../scripts/test-database.ts';
import { sharedStack } from '../../../scripts/testing/shared-stack.ts';
import { places } from './places.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase(sharedStack);
}, 180_000);
afterAll(() => database?.close(), 60_000);

const onShards = Object.entries(places).filter(([, place]) => place.on === 'shards');
const notOfPostgres = `n.nspname not in ('pg_catalog', 'pg_toast', 'information_schema')`;
const relation = `pg_class c join pg_namespace n on n.oid = c.relnamespace`;

async function names(statement: string): Promise<string[]> {
  const { rows } = await database.pool.query<{ name: string }>(statement);
  return rows.map(({ name }) => name);
}

test('a plain PostgreSQL is left as it is by the migration', async () => {
  expect(
    await names(`select n.nspname || '.' || c.relname as name from ${relation} where c.relkind = 'p'`),
  ).toEqual([]);
});

test('every table has a place, and every place a table', async () => {
  const tables = await names(
    `select n.nspname || '.' || c.relname as name from ${relation} where c.relkind = 'r' and ${notOfPostgres}`,
  );
  expect(tables.toSorted()).toEqual(Object.keys(places).toSorted());
});

test('every unique index of a distributed table contains the column by which it is distributed', async () => {
  const indexes = await names(
    `select n.nspname || '.' || c.relname || ': ' || (
       select string_agg(a.attname, ',' order by a.attnum) from pg_attribute a
       where a.attrelid = i.indrelid and a.attnum = any (i.indkey)
     ) as name
     from pg_index i join ${relation} on c.oid = i.indrelid where i.indisunique and ${notOfPostgres}`,
  );
  for (const [table, { column }] of onShards.map(
    ([name, place]) => [name, { column: 'bucket', ...place }] as const,
  )) {
    const own = indexes.filter((name) => name.startsWith(`${table}: `));
    expect([table, own.length > 0]).toEqual([table, true]);
    for (const name of own) expect(name.slice(`${table}: `.length).split(','), name).toContain(column);
  }
});

test('the column is an int that is never null, so that all tables of the group hash alike', async () => {
  const columns = await names(
    `select n.nspname || '.' || c.relname as name from ${relation}
     join pg_attribute a on a.attrelid = c.oid and a.attname = 'bucket'
     where a.atttypid = 'int'::regtype and a.attnotnull and a.attgenerated = '' and a.attidentity = ''`,
  );
  expect(onShards.map(([table]) => table).filter((table) => !columns.includes(table))).toEqual([]);
});

test('nothing that Citus takes only between co-located tables, or not at all', async () => {
  const found = await names(
    `select n.nspname || '.' || c.relname || ' ' || t.contype::text as name from pg_constraint t
     join ${relation} on c.oid = t.conrelid where t.contype in ('f', 'x') and ${notOfPostgres}
     union all
     select n.nspname || '.' || c.relname || ' trigger' from pg_trigger t join ${relation} on c.oid = t.tgrelid
     where not t.tgisinternal and ${notOfPostgres}
     union all
     select n.nspname || '.' || c.relname || ' identity' from pg_attribute a join ${relation} on c.oid = a.attrelid
     where a.attidentity <> '' and a.atttypid <> 'bigint'::regtype and ${notOfPostgres}`,
  );
  expect(found).toEqual([]);
});
