import { Client } from 'pg';
import { longStatements } from '../../adapters/postgres/pool.ts';

/** Runs one statement that must not be in a transaction, such as one that makes or drops a database. */
export async function onDatabase(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url, options: longStatements });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
