import { z } from 'zod';
import type { Repository } from '../repository.ts';
import { askSources } from '../sources/ask-sources.ts';

/** A JSON schema, as far as the comparison reads it. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** The schema of each event by topic and type. */
export type EventSchemas = Readonly<Record<string, Readonly<Record<string, JsonSchema>>>>;

const answer = z.record(
  z.string(),
  z.record(
    z.string(),
    z.custom<JsonSchema>((given) => typeof given === 'object' && given !== null),
  ),
);

/** The event schemas of a revision, asked of its own `contracts/`. @throws Refusal when they cannot be loaded. */
export async function eventSchemasAt(repository: Repository, revision: string): Promise<EventSchemas> {
  const module = 'contracts/topics.ts';
  const program = new URL('../sources/print-event-schemas.ts', import.meta.url);
  return askSources(repository, revision, { module, program, answer });
}
