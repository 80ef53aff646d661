import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import { Client } from 'pg';
import { distributeTables, type Region } from './citus/distribute.ts';
import { longStatements } from './pool.ts';

/**
 * Brings the database to the newest schema. Needs a direct connection: the lock that keeps two migrations apart is a
 * session's, which PgBouncer in transaction mode would leak. Whoever waits for a lock for a minute, for that one or a table's, fails
 * and is started again: everybody else would queue behind a statement that waits for a table. Where the database has Citus, the
 * tables are put into their places: `partitions` is needed there.
 */
export async function migrate(url: string, region: Region = {}): Promise<void> {
  // Our own client: the runner would not wait until its connection is closed, and a server that stops then ends the process.
  const client = new Client({ connectionString: url, options: longStatements });
  await client.connect();
  try {
    await runner({
      dbClient: client,
      dir: fileURLToPath(new URL('migrations', import.meta.url)),
      direction: 'up',
      migrationsTable: 'schema_migrations',
      advisoryLockMode: 'wait',
      log: () => undefined,
    });
    await distributeTables(client, region);
  } finally {
    await client.end();
  }
}
