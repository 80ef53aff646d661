import { setTimeout as sleep } from 'node:timers/promises';
import { isRefused, refusedLogin } from '../adapters/postgres/errors.ts';
import { hasMigration, neededMigration } from '../adapters/postgres/needed-schema.ts';
import { createPool } from '../adapters/postgres/pool.ts';
import { readConfig } from '../platform/config.ts';
import { ConfigError, PermanentError } from '../platform/errors.ts';
import { systems } from '../platform/resources.ts';

export type SchemaWait = {
  /** Throws when the database cannot be asked. */
  readonly isThere: () => Promise<boolean>;
  readonly withinMs: number;
  /** Whether a database that is away uses up the time, too: a job must end, a process may wait for its systems. */
  readonly countsAway: boolean;
  readonly everyMs?: number;
  readonly signal?: AbortSignal;
  /** Told once for each reason to go on waiting. */
  readonly onWait?: (reason: string) => void;
};

/**
 * Resolves when the database has the schema that this release needs, or the signal is aborted.
 * @throws PermanentError `schema-too-old` when it does not get it in time, or what is wrong with it when it stays away;
 * ConfigError at once when it lets nobody in by this address.
 */
export async function schemaIsThere(wait: SchemaWait): Promise<void> {
  const { isThere, withinMs, countsAway, everyMs = 2000, signal, onWait = () => undefined } = wait;
  let leftMs = withinMs;
  let told = '';
  for (;;) {
    if (signal?.aborted === true) return;
    const startedMs = performance.now();
    const answer = await isThere().catch((error: unknown) => asError(error));
    if (answer === true) return;
    const sqlState = refusedLogin(answer);
    if (sqlState !== undefined) throw loginRefused(sqlState, answer);
    const isAway = answer instanceof Error;
    const reason = isAway ? answer.message : `the database has not had the migration ${neededMigration}`;
    // What is refused is not away.
    const counts = !isAway || countsAway || isRefused(answer);
    if (counts) leftMs -= performance.now() - startedMs;
    if (leftMs < 0) {
      throw isAway ? answer : new PermanentError('schema-too-old', `${reason}, which this release needs`);
    }
    if (told !== reason) onWait((told = reason));
    if (counts) leftMs -= everyMs;
    await sleep(everyMs, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  }
}

function loginRefused(sqlState: string, cause: unknown): ConfigError {
  const what = sqlState === '3D000' ? 'has no such database' : 'refuses this role or its password';
  const message = `POSTGRES_URL: PostgreSQL ${what} (${sqlState})`;
  return new ConfigError('postgres-login-refused', message, { cause });
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

/** What `main.ts await-schema` reads. @throws ConfigError */
export function readSchemaVariables(variables: Readonly<Record<string, string | undefined>>) {
  return readConfig(systems.postgres, variables);
}

/** Waits until whoever keeps the database has migrated it as far as this release needs. @throws as `schemaIsThere` */
export async function awaitSchema(
  variables: Readonly<Record<string, string | undefined>>,
  withinMs: number,
): Promise<void> {
  const { POSTGRES_URL } = readSchemaVariables(variables);
  const pool = createPool({ url: POSTGRES_URL, maxConnections: 1 });
  try {
    await schemaIsThere({
      isThere: () => hasMigration(pool, neededMigration),
      withinMs,
      countsAway: true,
      onWait: (reason) => process.stderr.write(`await-schema: waits: ${reason}\n`),
    });
  } finally {
    await pool.end();
  }
}
