import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Schema } from './schema.ts';

type GroupVersionKind = { readonly group: string; readonly version: string; readonly kind: string };

type OpenApiDocument = {
  readonly paths?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> };
};

export type BuiltInKinds = {
  /** All types, by the name that references use. */
  readonly definitions: ReadonlyMap<string, Schema>;
  /** `apps/v1 Deployment` → the name of its type, and whether its objects live in a namespace. */
  readonly kinds: ReadonlyMap<string, { readonly definition: string; readonly isNamespaced: boolean }>;
  /** `apps/v1`: a kind that is not in one of these does not exist. */
  readonly apiVersions: ReadonlySet<string>;
};

export const kindKey = (apiVersion: string, kind: string): string => `${apiVersion} ${kind}`;

/** The kinds of the OpenAPI v3 documents (`*.json`) in these folders, as a kube-apiserver serves them. */
export function readBuiltInKinds(folders: readonly string[]): BuiltInKinds {
  const definitions = new Map<string, Schema>();
  const namespaced = new Set<string>();
  for (const file of folders.flatMap(jsonFilesOf)) {
    const document = readDocument(file);
    for (const [name, schema] of Object.entries(document.components?.schemas ?? {}))
      definitions.set(name, schema);
    for (const key of namespacedKindsOf(document)) namespaced.add(key);
  }
  const kinds = new Map<string, { definition: string; isNamespaced: boolean }>();
  const apiVersions = new Set<string>();
  for (const [definition, schema] of definitions) {
    // Types such as DeleteOptions name every group there is: only a type with one name is a kind.
    const names = schema['x-kubernetes-group-version-kind'] as readonly GroupVersionKind[] | undefined;
    if (names?.length !== 1 || !schema.properties?.['metadata'] || isList(schema)) continue;
    const apiVersion = apiVersionOf(names[0]!);
    const key = kindKey(apiVersion, names[0]!.kind);
    apiVersions.add(apiVersion);
    kinds.set(key, { definition, isNamespaced: namespaced.has(key) });
  }
  return { definitions, kinds, apiVersions };
}

function jsonFilesOf(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return names.toSorted().map((name) => join(folder, name));
}

function readDocument(file: string): OpenApiDocument {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as OpenApiDocument;
  } catch (cause) {
    throw new RangeError(`${file}: no OpenAPI document in JSON`, { cause });
  }
}

const apiVersionOf = ({ group, version }: GroupVersionKind): string =>
  group === '' ? version : `${group}/${version}`;

const isList = ({ properties }: Schema): boolean => properties?.['items'] !== undefined;

function namespacedKindsOf({ paths }: OpenApiDocument): string[] {
  return Object.entries(paths ?? {}).flatMap(([path, operations]) => {
    if (!path.includes('/namespaces/{namespace}/')) return [];
    return Object.values(operations).flatMap((operation) => {
      const kind = (operation as { readonly 'x-kubernetes-group-version-kind'?: GroupVersionKind } | null)?.[
        'x-kubernetes-group-version-kind'
      ];
      return kind ? [kindKey(apiVersionOf(kind), kind.kind)] : [];
    });
  });
}
