import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { isObject, joinPath } from '../rendered/fields.ts';
import type { KubernetesObject, Manifest } from './manifest.ts';
import { readManifests } from './read-manifests.ts';
import { readBuiltInKinds } from './schemas/built-in-kinds.ts';
import { checkSchemas } from './schemas/check-schemas.ts';
import { indexCustomKinds } from './schemas/custom-kinds.ts';
import { ownKinds } from './schemas/own/index.ts';
import { objectMetaName, type Schema } from './schemas/schema.ts';
import { isFolder, openCatalogue, yamlFilesOf } from './schemas/sources.ts';

// The real schemas lie beside the repository or not at all; nothing else can be checked without them here.
const folders = { openapi: ['../shared/openapi'], crds: ['../shared/crds'] };
const hasSchemas = isFolder(folders.openapi[0]!) && isFolder(folders.crds[0]!);

// A test looks at every object of the fleet, and the machine may be busy.
vi.setConfig({ testTimeout: 60_000 });

type Step = string | number;
type Place = { readonly steps: readonly Step[]; readonly path: string; readonly schema: Schema };

const isClosed = (schema: Schema): boolean =>
  schema.properties !== undefined &&
  schema.additionalProperties === undefined &&
  schema['x-kubernetes-preserve-unknown-fields'] !== true;
const isTyped = ({ type, ...schema }: Schema): boolean =>
  ['string', 'integer', 'boolean', 'number'].includes(type ?? '') &&
  schema['x-kubernetes-int-or-string'] !== true &&
  schema.format !== 'int-or-string';

describe.skipIf(!hasSchemas)('with the schemas of ../shared', () => {
  const { manifests } = hasSchemas ? readManifests('dist') : { manifests: [] };
  const catalogue = openCatalogue(hasSchemas ? folders : { openapi: [], crds: [] });
  const builtIn = readBuiltInKinds(hasSchemas ? folders.openapi : []);
  const custom = indexCustomKinds(hasSchemas ? yamlFilesOf(folders.crds) : []);
  const byKind = Map.groupBy(manifests, ({ object }) => `${object.apiVersion} ${object.kind}`);

  const rootSchemaOf = ({ apiVersion, kind }: KubernetesObject): Schema => {
    const own = builtIn.kinds.get(`${apiVersion} ${kind}`);
    if (own) return builtIn.definitions.get(own.definition)!;
    const [group, version] = apiVersion.split('/') as [string, string];
    const schema =
      custom.find(group, kind)?.versions.get(version) ?? ownKinds.get(`${apiVersion} ${kind}`)!.schema;
    const metadata = builtIn.definitions.get(objectMetaName)!;
    return { ...schema, properties: { ...schema.properties, metadata } };
  };
  const resolved = (schema: Schema): Schema => {
    const name = (schema.$ref ?? schema.allOf?.[0]?.$ref)?.replace('#/components/schemas/', '');
    return name === undefined ? schema : builtIn.definitions.get(name)!;
  };

  /** Every place in an object of which the schema says something. */
  function placesIn(value: unknown, given: Schema, steps: readonly Step[] = [], path = ''): Place[] {
    const schema = resolved(given);
    const own: Place = { steps, path, schema };
    if (Array.isArray(value)) {
      const { items } = schema;
      return items
        ? [
            own,
            ...value.flatMap((entry, index) =>
              placesIn(entry, items, [...steps, index], `${path}[${index}]`),
            ),
          ]
        : [own];
    }
    if (!isObject(value)) return [own];
    return [
      own,
      ...Object.entries(value).flatMap(([name, inner]) => {
        const additional = schema.additionalProperties;
        const of = schema.properties?.[name] ?? (typeof additional === 'object' ? additional : undefined);
        return of ? placesIn(inner, of, [...steps, name], joinPath(path, name)) : [];
      }),
    ];
  }

  const rulesAt = (manifest: Manifest, path: string): readonly string[] =>
    checkSchemas([manifest], catalogue)
      .findings.filter((found) => found.path === path)
      .map(({ rule }) => rule);

  const kinds = [...byKind.keys()].toSorted();

  test('every kind that is rendered has a schema', () => {
    expect(kinds.length).toBeGreaterThan(20);
    for (const [kind, [first]] of byKind) {
      const { apiVersion, kind: name } = first!.object;
      expect([kind, catalogue.find(apiVersion, name).status]).toEqual([kind, 'known']);
    }
    // Each schema is compiled here: many seconds on a busy machine.
  }, 60_000);

  test.each(kinds)('%s: an unknown or a wrong field is found, wherever it is', (kind) => {
    const anyOfKind = fc.constantFrom(...byKind.get(kind)!);
    const anyPlace = fc.nat();
    fc.assert(
      fc.property(anyOfKind, anyPlace, anyPlace, (manifest, one, other) => {
        const places = placesIn(manifest.object, rootSchemaOf(manifest.object));
        const closed = places.filter(({ schema }) => isClosed(schema));
        const open = closed[one % closed.length]!;
        const extended = withValue(manifest, open.steps, (value) => ({ ...value, planted: 1 }));
        expect(rulesAt(extended, joinPath(open.path, 'planted'))).toEqual(['unknown-field']);
        const listed = places.filter(({ schema: { enum: values } }) => values !== undefined);
        const choice = listed[other % listed.length];
        if (choice !== undefined) {
          const unlisted = withValue(manifest, choice.steps, () => 'planted');
          expect(rulesAt(unlisted, choice.path)).toContain('not-in-enum');
        }
        const typed = places.filter(({ schema, steps }) => isTyped(schema) && !isOfIdentity(steps));
        const place = typed[other % typed.length];
        if (place === undefined) return;
        const changed = withValue(manifest, place.steps, () => ({ planted: 1 }));
        expect(rulesAt(changed, place.path)).toContain('wrong-type');
      }),
      { numRuns: 25 },
    );
  });
});

/** With these changed it would be an object of another kind, or none. */
function isOfIdentity(steps: readonly Step[]): boolean {
  return ['apiVersion', 'kind', 'metadata.name', 'metadata.namespace'].includes(steps.join('.'));
}

/** A copy with the value at `steps` replaced. */
function withValue(manifest: Manifest, steps: readonly Step[], change: (value: object) => unknown): Manifest {
  const box = { object: structuredClone(manifest.object) } as Record<Step, any>;
  let holder = box;
  let last: Step = 'object';
  for (const step of steps) {
    holder = holder[last] as typeof box;
    last = step;
  }
  holder[last] = change(holder[last]);
  return { ...manifest, object: box['object'] as KubernetesObject };
}
