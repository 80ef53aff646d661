import type { ValidateFunction } from 'ajv';
import { kindKey, type BuiltInKinds } from './built-in-kinds.ts';
import { createCompiler } from './compiler.ts';
import type { CustomKinds } from './custom-kinds.ts';
import type { OwnKind } from './own/parts.ts';
import { objectMetaName, type Schema } from './schema.ts';

/** What is known of a kind at a version. */
export type KindSchema =
  | {
      readonly status: 'known';
      readonly isNamespaced: boolean;
      readonly validate: ValidateFunction;
      /** The structural schema of a custom resource: its defaults and its CEL rules. */
      readonly structure?: Schema;
      /** The schema is one of `own/`: the project's definition is not there. */
      readonly isOwn?: true;
    }
  /** The API server would refuse it: the kind is not there, or not served at that version. */
  | { readonly status: 'refused'; readonly reason: string }
  /** There is no schema here to check it with. */
  | { readonly status: 'unknown'; readonly reason: string };

export type Catalogue = { find(apiVersion: string, kind: string): KindSchema };

/** Finds the schema of a kind, and compiles it at first use. `own` has the schemas of kinds for which `custom` has none. */
export function createCatalogue(
  builtIn: BuiltInKinds,
  custom: CustomKinds,
  own: ReadonlyMap<string, OwnKind> = new Map(),
): Catalogue {
  const compiler = createCompiler(builtIn.definitions);
  const found = new Map<string, KindSchema>();
  const look = (apiVersion: string, kind: string): KindSchema => {
    const known = builtIn.kinds.get(kindKey(apiVersion, kind));
    if (known) {
      const { definition, isNamespaced } = known;
      return { status: 'known', isNamespaced, validate: compiler.builtIn(definition) };
    }
    if (builtIn.apiVersions.has(apiVersion)) {
      return { status: 'refused', reason: `${apiVersion} has no kind ${kind}` };
    }
    const [group, version] = apiVersion.split('/');
    const definition = group === undefined || version === undefined ? undefined : custom.find(group, kind);
    if (!definition || version === undefined) {
      const ours = own.get(kindKey(apiVersion, kind));
      return ours === undefined
        ? { status: 'unknown', reason: `no schema of ${apiVersion} ${kind}` }
        : customResource(ours.schema, { isNamespaced: ours.isNamespaced, isOwn: true });
    }
    const structure = definition.versions.get(version);
    if (!structure) {
      const served = [...definition.versions.keys()].join(', ');
      return { status: 'refused', reason: `${kind} is not served at ${apiVersion}, only at ${served}` };
    }
    return customResource(structure, { isNamespaced: definition.isNamespaced });
  };
  const customResource = (structure: Schema, more: { isNamespaced: boolean; isOwn?: true }): KindSchema =>
    builtIn.definitions.has(objectMetaName)
      ? { status: 'known', ...more, validate: compiler.customResource(structure), structure }
      : { status: 'unknown', reason: `no schema of metadata (the OpenAPI document of v1)` };
  return {
    find(apiVersion, kind) {
      const key = kindKey(apiVersion, kind);
      const schema = found.get(key) ?? look(apiVersion, kind);
      found.set(key, schema);
      return schema;
    },
  };
}
