import type { Pool, QueryResult, QueryResultRow } from 'pg';
import { arrayLiteral } from './array-literal.ts';
import { postgresError } from './errors.ts';

/** A pool, or a client within a transaction, whose errors are the platform's. */
export type Queryable = {
  query<Row extends QueryResultRow>(text: string, values?: unknown[]): Promise<QueryResult<Row>>;
  /** On Citus: a statement over rows of several buckets goes out once for each (by-bucket.ts). */
  readonly byBucket?: boolean;
};

const byBucketPools = new WeakSet<object>();

/** From now on statements of this pool's connections go out by bucket. */
export function sendByBucket(pool: Pool): void {
  byBucketPools.add(pool);
}

/** The same connection or pool with its errors in the platform's words. A connection is asked what its pool was. */
export function translated(client: Pick<Pool, 'query'>, pool: object = client): Queryable {
  return {
    byBucket: byBucketPools.has(pool),
    async query<Row extends QueryResultRow>(text: string, values?: unknown[]) {
      try {
        return await client.query<Row>(text, values?.map(parameterOf));
      } catch (error) {
        throw postgresError(error);
      }
    },
  };
}

const parameterOf = (value: unknown): unknown => (Array.isArray(value) ? arrayLiteral(value) : value);

/** The rows of one statement. */
export async function rowsOf<Row extends QueryResultRow>(
  client: Queryable,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const { rows } = await client.query<Row>(text, [...values]);
  return rows;
}
