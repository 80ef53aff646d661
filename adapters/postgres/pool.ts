import { Pool, type PoolClient, type QueryResult } from 'pg';
import { PreparingClient } from './prepared.ts';
import { PermanentError } from '../../platform/errors.ts';
import { postgresError } from './errors.ts';
import { sendByBucket, translated, type Queryable } from './queryable.ts';

export type PoolSettings = {
  readonly url: string;
  readonly maxConnections?: number;
  readonly connectTimeoutMs?: number;
  /** Whether the server keeps the plans of statements: not behind a pooler that knows no prepared statements. */
  readonly prepared?: boolean;
  /** On Citus, where a statement should touch one shard: those over rows of several buckets go out once for each. */
  readonly byBucket?: boolean;
  /**
   * For tools, whose statements take longer than those of services may. Needs a direct connection: PgBouncer refuses
   * start-up parameters.
   */
  readonly longStatements?: boolean;
  /** Told about connections that broke; whoever was using one gets the error too. */
  readonly onConnectionError?: (error: Error) => void;
};

/** Start-up parameters of a connection that may wait for a minute and work for an hour, whatever its role may. */
export const longStatements = '-c lock_timeout=1min -c statement_timeout=1h';

/**
 * A pool that works behind PgBouncer in transaction mode: no timeouts as start-up parameters (ALTER ROLE sets them), and
 * no statement has a name unless `prepared` says that the pooler takes it.
 */
export function createPool(settings: PoolSettings): Pool {
  const { url, maxConnections = 8, connectTimeoutMs = 5000, prepared = false } = settings;
  const { onConnectionError = () => undefined } = settings;
  const pool = new Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: connectTimeoutMs,
    pipeline: true,
    // A server that is gone without a word is noticed while a statement waits for it.
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    ...(prepared ? { Client: PreparingClient } : {}),
    ...(settings.longStatements ? { options: longStatements } : {}),
  });
  if (settings.byBucket === true) sendByBucket(pool);
  // Without a listener a connection that breaks ends the process: idle ones report to the pool, the others themselves.
  pool.on('error', onConnectionError);
  pool.on('connect', (client) => client.on('error', onConnectionError));
  return pool;
}

/**
 * Runs `work` between BEGIN and COMMIT; BEGIN is not waited for, and `work` may leave its last statements to go out
 * together with COMMIT by returning their promise as `last`.
 *
 * @throws what `work` throws, and TransientError or PermanentError for what PostgreSQL does.
 */
export async function inTransaction<Result>(
  pool: Pool,
  work: (client: Queryable) => Promise<{ result: Result; last?: Promise<unknown> | undefined }>,
  begin = 'begin',
): Promise<Result> {
  const connection = await connect(pool);
  const client = translated(connection, pool);
  try {
    const begun = client.query(begin);
    const [, { result, last }] = await settled<
      [unknown, { result: Result; last?: Promise<unknown> | undefined }]
    >([begun, work(client)]);
    const [commit] = await settled<[QueryResult, unknown]>([
      client.query('commit'),
      last ?? Promise.resolve(),
    ]);
    // After a failed statement the server answers COMMIT with a rollback.
    if (commit.command !== 'COMMIT')
      throw new PermanentError('transaction-failed', `the transaction ended with ${commit.command}`);
    connection.release();
    return result;
  } catch (error) {
    // What a connection with a failed transaction still has to answer is unknown: it is cheaper to open a new one.
    connection.release(true);
    throw error;
  }
}

async function connect(pool: Pool): Promise<PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw postgresError(error);
  }
}

// Waits for all, so that none is left without a handler, and throws the last failure, which is the cause of the others.
async function settled<Values extends readonly unknown[]>(promises: {
  readonly [Index in keyof Values]: Promise<Values[Index]>;
}): Promise<Values> {
  const list: readonly Promise<unknown>[] = promises;
  const results = await Promise.allSettled(list);
  const failed = results.findLast((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  return (await Promise.all(list)) as unknown as Values;
}
