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
  const conflict = text.split('\n').findIndex((line) => /^(<{7}|={7}|>{7})( |\r?$)/.test(line));
  if (conflict >= 0) throw new Refusal(`${path}: line ${conflict + 1}: a mark of a merge conflict`);
  const parsed = schema.safeParse(valueOf(text, path));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') ?? '';
  throw new Refusal(`${path}: ${field === '' ? '' : `${field}: `}${issue?.message}`);
}

function valueOf(text: string, path: string): unknown {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error?.code === 'MULTIPLE_DOCS') throw new Refusal(`${path}: has more than one document`);
  // The lines after the first show the place; the colon announces them.
  if (error) throw new Refusal(`${path}: ${error.message.split('\n')[0]?.replace(/:$/, '')}`);
  if (document.contents === null) throw new Refusal(`${path}: is empty`);
  try {
    return document.toJS();
  } catch (cause) {
    // An alias of nothing, or of too much.
    if (!(cause instanceof Error)) throw cause;
    throw new Refusal(`${path}: ${cause.message.split('\n')[0]}`, { cause });
  }
}
