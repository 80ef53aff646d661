import { parseDocument } from 'yaml';
import { z } from 'zod';
import { Refusal } from '../refusal.ts';

/** A git hash; quoted in the file, since one of digits alone would be read as a number. */
export const hash = z.string().regex(/^[0-9a-f]{40}$/, 'must be 40 hexadecimal digits, quoted');

/**
 * The one document of a YAML file. @throws Refusal naming the file, the field and the rule: a key that is there twice and
 * an unknown key are refused too.
 */
export function parseYamlFile<Schema extends z.ZodType>(
  schema: Schema,
  text: string,
  path: string,
): z.output<Schema> {
  const document = parseDocument(text);
  const [error] = document.errors;
  // The lines after the first show the place; the colon announces them.
  if (error) throw new Refusal(`${path}: ${error.message.split('\n')[0]?.replace(/:$/, '')}`);
  const parsed = schema.safeParse(document.toJS());
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') ?? '';
  throw new Refusal(`${path}: ${field === '' ? '' : `${field}: `}${issue?.message}`);
}
