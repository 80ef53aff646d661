import { LineCounter, parseAllDocuments } from 'yaml';
import type { Json } from './fields.ts';

/** A document of a YAML file, and the line where it begins. */
export type Document = { readonly value: Json; readonly line: number };

export type Documents = {
  readonly documents: readonly Document[];
  /** What is wrong with the text. A document with an error is left out. */
  readonly problems: readonly {
    readonly line: number;
    readonly message: string;
    readonly isDuplicate: boolean;
  }[];
};

/**
 * Reads YAML as kubectl does: `yes` and `on` are booleans (YAML 1.1), a time is a text, and a key may stand once. Empty
 * documents are passed over.
 */
export function parseDocuments(text: string): Documents {
  const lineCounter = new LineCounter();
  const lineAt = (position: number): number => lineCounter.linePos(position).line;
  const read = parseAllDocuments(text, {
    version: '1.1',
    customTags: (tags) => tags.filter((tag) => typeof tag === 'string' || !tag.tag.endsWith(':timestamp')),
    lineCounter,
    prettyErrors: false,
  });
  const problems = read.flatMap(({ errors, warnings }) =>
    [...errors, ...warnings].map(({ pos, message, code }) => ({
      line: lineAt(pos[0]),
      message,
      isDuplicate: code === 'DUPLICATE_KEY',
    })),
  );
  const documents = read
    .filter(({ errors }) => errors.length === 0)
    .map((document) => ({ value: document.toJS() as Json, line: lineAt(document.range[0]) }))
    .filter(({ value }) => value !== null);
  return { documents, problems };
}
