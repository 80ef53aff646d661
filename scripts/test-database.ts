import type { Pool } from 'pg';
import { migrate } from '../adapters/postgres/migrate.ts';
import { createPool } from '../adapters/postgres/pool.ts';
import type { LocalStack } from '../environments/local.ts';
import { startStack, stopStack } from './stack/index.ts';
import { onDatabase } from './testing/on-database.ts';

export type TestDatabase = {
  readonly url: string;
  readonly pool: Pool;
  /** Drops the database, and ends the stack when this one started it. */
  close(): Promise<void>;
};

/** A migrated database of a test's own, on a stack that is started unless it runs. For tests only. */
export async function openTestDatabase(stack: LocalStack): Promise<TestDatabase> {
  const { owned } = await startStack(stack, { reuse: true });
  const name = `test_${process.pid}_${Date.now()}`;
  await onDatabase(urlOf(stack, stack.postgres.database), `create database ${name}`);
  const url = urlOf(stack, name);
  await migrate(url);
  const pool = createPool({ url });
  return {
    url,
    pool,
    async close() {
      await pool.end();
      // An autovacuum worker in the database is the superuser's: nobody else may end it.
      await onDatabase(superuserUrlOf(stack), `drop database ${name} with (force)`);
      if (owned) await stopStack(stack);
    },
  };
}

function urlOf({ host, ports, postgres }: LocalStack, database: string): string {
  return `postgres://${postgres.user}:${postgres.password}@${host}:${ports.postgres}/${database}`;
}

/** Of the server as its superuser. For tests only. */
export function superuserUrlOf({ host, ports, postgres }: LocalStack): string {
  return `postgres://${postgres.superuser}:${postgres.superuserPassword}@${host}:${ports.postgres}/postgres`;
}

type Plan = {
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly Plan[];
};

/** How many rows of a table a statement reads, whether or not it keeps them. */
export async function rowsScanned(
  pool: Pool,
  table: string,
  statement: string,
  parameters: readonly unknown[] = [],
): Promise<number> {
  const { rows } = await pool.query<{ 'QUERY PLAN': readonly [{ readonly Plan: Plan }] }>(
    `explain (analyze, format json) ${statement}`,
    [...parameters],
  );
  return scannedIn(rows[0]!['QUERY PLAN'][0].Plan, table);
}

function scannedIn(plan: Plan, table: string): number {
  const own =
    plan['Relation Name'] === table
      ? (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)) * plan['Actual Loops']
      : 0;
  return (plan.Plans ?? []).reduce((sum, child) => sum + scannedIn(child, table), own);
}
