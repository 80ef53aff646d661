import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { neededMigration } from './needed-schema.ts';

it('names a migration that there is', () => {
  const migrations = readdirSync(new URL('migrations', import.meta.url));
  expect(migrations).toContain(`${neededMigration}.sql`);
});
