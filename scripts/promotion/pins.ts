import { parseDocument, stringify } from 'yaml';
import { z } from 'zod';
import { Refusal } from './refusal.ts';

const hash = z.string().regex(/^[0-9a-f]{40}$/, 'must be 40 hexadecimal digits, quoted');
const pinSchema = z.strictObject({
  environment: z.string(),
  region: z.string(),
  /** The commit whose manifests the region runs. */
  revision: hash,
  /** The tree of `dist/<environment>/<region>` at that commit. */
  tree: hash,
});
const recordSchema = pinSchema.extend({
  /** When it was found healthy at exactly this revision, ISO 8601. */
  verifiedAt: z.iso.datetime(),
  /** By what: the file or address of the health and audit reports. */
  evidence: z.string().min(1),
});

/** Which revision a region runs, as Argo CD reads it. */
export type Pin = z.infer<typeof pinSchema>;
/** A pin that was found healthy. */
export type VerifiedPin = z.infer<typeof recordSchema>;

export const pinPath = (environment: string, region: string): string =>
  `environments/releases/${environment}/${region}.yaml`;
export const recordPath = (environment: string, region: string): string =>
  `environments/verified/${environment}/${region}.yaml`;

/** @throws Refusal naming the file, the field and the rule; a key that is there twice is refused too. */
export function parsePin(text: string, path: string): Pin {
  return parse(pinSchema, text, path);
}

/** @throws Refusal as `parsePin`. */
export function parseRecord(text: string, path: string): VerifiedPin {
  return parse(recordSchema, text, path);
}

function parse<Output extends Pin>(schema: z.ZodType<Output>, text: string, path: string): Output {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error) throw new Refusal(`${path}: ${error.message.split('\n')[0]}`);
  const parsed = schema.safeParse(document.toJS());
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const field = issue?.path.join('.') ?? '';
    throw new Refusal(`${path}: ${field === '' ? '' : `${field}: `}${issue?.message}`);
  }
  const { environment, region } = parsed.data;
  if (!path.endsWith(`/${environment}/${region}.yaml`)) {
    throw new Refusal(
      `${path}: holds the pin of ${environment}/${region}: a region has one pin, in its own file`,
    );
  }
  return parsed.data;
}

/** The text of a pin or a record: hashes are quoted, since one of digits alone would be read as a number. */
export function textOf(pin: Pin | VerifiedPin): string {
  return stringify(pin, { defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN' });
}
