import { connectMongo } from '../adapters/mongo/connect.ts';
import { ensureOrderHistoryIndexes } from '../adapters/mongo/order-history.ts';
import { ensureSalesBoardIndexes } from '../adapters/mongo/sales-board.ts';
import { migrate } from '../adapters/postgres/migrate.ts';
import { readConfig } from '../platform/config.ts';
import { migrationVariables, systems } from '../platform/resources.ts';

/** What `main.ts migrate` reads: one address of PostgreSQL at least. @throws ConfigError naming every problem at once. */
export function readMigrationVariables(variables: Readonly<Record<string, string | undefined>>) {
  const hasOwnAddress = variables['POSTGRES_MIGRATION_URL'] !== undefined;
  return readConfig({ ...migrationVariables, ...(hasOwnAddress ? {} : systems.postgres) }, variables);
}

/** What `main.ts migrate --read-models` reads. @throws ConfigError */
export function readReadModelVariables(variables: Readonly<Record<string, string | undefined>>) {
  return readConfig(systems.mongo, variables);
}

/** The part of a region that keeps read models and no streams: PostgreSQL is another region's, which migrates it. */
export async function prepareReadModels(
  variables: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  await indexReadModels(readReadModelVariables(variables).MONGO_URL);
}

/**
 * Brings PostgreSQL to the newest schema and, where MONGO_URL is set, makes the indexes of the read models. It may be
 * repeated, and two at once wait for each other. @throws ConfigError before anything was connected to.
 */
export async function runMigrations(
  variables: Readonly<Record<string, string | undefined>>,
  { movesRows }: { readonly movesRows?: boolean | undefined } = {},
): Promise<void> {
  const { POSTGRES_MIGRATION_URL, POSTGRES_URL, MONGO_URL, PARTITIONS, CITUS_WORKERS } =
    readMigrationVariables(variables);
  await migrate(POSTGRES_MIGRATION_URL ?? POSTGRES_URL ?? '', {
    partitions: PARTITIONS,
    workers: CITUS_WORKERS,
    movesRows,
  });
  if (MONGO_URL !== undefined) await indexReadModels(MONGO_URL);
}

/** Nothing happens where they exist. */
async function indexReadModels(mongoUrl: string): Promise<void> {
  const mongo = connectMongo(mongoUrl);
  try {
    await Promise.all([ensureOrderHistoryIndexes(mongo.database), ensureSalesBoardIndexes(mongo.database)]);
  } finally {
    await mongo.close();
  }
}
