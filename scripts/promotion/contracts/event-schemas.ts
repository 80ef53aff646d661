import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { z } from 'zod';
import { Refusal } from '../refusal.ts';
import { fileAt, inWorktree, shortOf, type Repository } from '../repository.ts';

/** A JSON schema, as far as the comparison reads it. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** The schema of each event by topic and type. */
export type EventSchemas = Readonly<Record<string, Readonly<Record<string, JsonSchema>>>>;

const exporter = fileURLToPath(new URL('export-schemas.ts', import.meta.url));
const schemasSchema = z.record(
  z.string(),
  z.record(
    z.string(),
    z.custom<JsonSchema>((given) => typeof given === 'object' && given !== null),
  ),
);

/**
 * The event schemas of a revision, asked of its own `contracts/` in a checkout of its own and a process of its own, with
 * the packages installed here. @throws Refusal when they cannot be loaded.
 */
export async function eventSchemasAt(repository: Repository, revision: string): Promise<EventSchemas> {
  const file = 'contracts/topics.ts';
  if ((await fileAt(repository, revision, file)) === undefined) {
    throw new Refusal(`${file} is not in revision ${shortOf(revision)}`);
  }
  return inWorktree(repository, revision, async (checkout) => {
    await symlink(join(repository.folder, 'node_modules'), join(checkout.folder, 'node_modules'));
    const { stdout, stderr, failed } = await execa(
      process.execPath,
      [exporter, join(checkout.folder, file)],
      { reject: false, env: { NODE_OPTIONS: '' } },
    );
    if (!failed) return schemasSchema.parse(JSON.parse(stdout));
    const reason = stderr.split('\n').find((line) => /^\w*Error/.test(line)) ?? 'they did not load';
    throw new Refusal(`${file} of ${shortOf(revision)}: ${reason.replaceAll(`${checkout.folder}/`, '')}`);
  });
}
