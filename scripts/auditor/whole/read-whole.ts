import type { Pool, QueryResultRow } from 'pg';
import { inTransaction } from '../../../adapters/postgres/pool.ts';
import { from } from '../sources.ts';

/**
 * The rows of a statement over whole tables, which may take longer than the role's limit: an hour. The limit is lifted for
 * this transaction alone, so that a pooler may stand between.
 */
export function readWhole<Row extends QueryResultRow>(
  postgres: Pool,
  statement: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  return from('postgres', () =>
    inTransaction(
      postgres,
      async (client) => {
        const lifted = client.query(`set local statement_timeout = '1h'`);
        const [, { rows }] = await Promise.all([lifted, client.query<Row>(statement, [...values])]);
        return { result: rows };
      },
      'begin read only',
    ),
  );
}
