import { Client } from 'pg';
import { longStatements } from '../../adapters/postgres/pool.ts';
import { localEnvironmentVariables, type LocalStack } from '../../environments/local.ts';

export type Database = {
  query<Row extends object = object>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Writes what is in memory to disk, so that it is not done in the middle of a measurement. */
  checkpoint(): Promise<void>;
};

/** A connection to the stack's database as the platform's role. */
export async function withDatabase<Result>(
  stack: LocalStack,
  work: (database: Database) => Promise<Result>,
): Promise<Result> {
  const { host, ports, postgres } = stack;
  const client = new Client({
    connectionString: localEnvironmentVariables(stack)['POSTGRES_URL'],
    options: longStatements,
  });
  // Checkpoints are the superuser's.
  const superuser = new Client({
    host,
    port: ports.postgres,
    user: postgres.superuser,
    password: postgres.superuserPassword,
    database: postgres.superuser,
  });
  await Promise.all([client.connect(), superuser.connect()]);
  try {
    return await work({
      query: async <Row extends object>(sql: string, values: readonly unknown[] = []) =>
        (await client.query<Row>(sql, [...values])).rows,
      checkpoint: async () => void (await superuser.query('checkpoint')),
    });
  } finally {
    await Promise.all([client.end(), superuser.end()]);
  }
}
