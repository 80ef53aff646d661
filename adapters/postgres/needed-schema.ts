import { DatabaseError, type Pool } from 'pg';
import { postgresError } from './errors.ts';
import needed from './needed-migration.json' with { type: 'json' };

/**
 * The newest migration that the programs of this release cannot do without. A release that brings a migration does not name
 * it here yet: regions whose database is another's run the release before that has it (docs/adr/0018).
 */
export const neededMigration: string = needed.name;

const undefinedTable = '42P01';

/** Whether the database has had that migration, by the table that migrations keep. @throws TransientError */
export async function hasMigration(pool: Pick<Pool, 'query'>, name: string): Promise<boolean> {
  try {
    const { rowCount } = await pool.query('select from schema_migrations where name = $1', [name]);
    return rowCount === 1;
  } catch (error) {
    if (error instanceof DatabaseError && error.code === undefinedTable) return false;
    throw postgresError(error);
  }
}
