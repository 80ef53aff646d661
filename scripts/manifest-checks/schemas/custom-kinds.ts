import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { at, isObject, listAt, textAt } from '../../rendered/fields.ts';
import type { Schema } from './schema.ts';

export type CustomKind = {
  readonly isNamespaced: boolean;
  /** By version; only those that are served. */
  readonly versions: ReadonlyMap<string, Schema>;
};

/** The definitions in some files, found by group and kind and parsed at first use: a definition may have a megabyte. */
export type CustomKinds = { find(group: string, kind: string): CustomKind | undefined };

/** Indexes CustomResourceDefinitions. A file may have several, and lines of a Helm template around them. */
export function indexCustomKinds(files: readonly string[]): CustomKinds {
  const texts = new Map<string, string>();
  for (const file of files) {
    for (const text of documentsOf(readFileSync(file, 'utf8'))) {
      const group = /^ {2}group: *["']?([\w.-]+)/m.exec(text)?.[1];
      const kind = /^ {4}kind: *["']?(\w+)/m.exec(text)?.[1];
      const isDefinition = /^kind: *["']?CustomResourceDefinition/m.test(text);
      if (isDefinition && group !== undefined && kind !== undefined) texts.set(`${group}/${kind}`, text);
    }
  }
  const parsed = new Map<string, CustomKind | undefined>();
  return {
    find(group, kind) {
      const name = `${group}/${kind}`;
      if (!parsed.has(name)) {
        const text = texts.get(name);
        parsed.set(name, text === undefined ? undefined : parseDefinition(name, text));
      }
      return parsed.get(name);
    },
  };
}

const documentsOf = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => !line.startsWith('{{'))
    .join('\n')
    .split(/^---.*$/m);

function parseDefinition(name: string, text: string): CustomKind {
  const definition: unknown = parse(text);
  const versions = new Map<string, Schema>();
  for (const version of listAt(definition, 'spec', 'versions')) {
    const schema = at(version, 'schema', 'openAPIV3Schema');
    const versionName = textAt(version, 'name');
    if (version['served'] === true && versionName !== undefined && isObject(schema)) {
      versions.set(versionName, schema);
    }
  }
  if (versions.size === 0) throw new RangeError(`the definition of ${name} serves no version with a schema`);
  return { isNamespaced: at(definition, 'spec', 'scope') === 'Namespaced', versions };
}
