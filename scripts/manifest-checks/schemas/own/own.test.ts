import { expect, test } from 'vitest';
import { forms } from '../../../../k8s/testing/hub.ts';
import { renderRegion } from '../../../../k8s/testing/kafka-kinds.ts';
import { isObject } from '../../../rendered/fields.ts';
import type { KubernetesObject } from '../../manifest.ts';
import { catalogueWith } from '../../testing/definitions.ts';
import { checkSchemas } from '../check-schemas.ts';
import { schemaFileOf } from '../locations.ts';
import type { Schema } from '../schema.ts';
import { ownKinds } from './index.ts';
import { ofCluster, ofNamespace } from './parts.ts';

/** What the regions render in every form that their data systems may have. */
const objects = forms.flatMap(([, environment]) =>
  environment.regions.flatMap((region) => renderRegion({ environment, region })),
) as unknown as readonly KubernetesObject[];
const byKind = Map.groupBy(objects, ({ apiVersion, kind }) => `${apiVersion} ${kind}`);
const alone = catalogueWith({}, undefined, { own: ownKinds, isDefined: false });
const findingsOf = (object: unknown): readonly string[] =>
  checkSchemas(
    [{ file: 'f.yaml', environment: 'e', region: 'r', object: object as KubernetesObject }],
    alone,
  ).findings.map(({ path, rule }) => `${path}: ${rule}`);

/** `spec.rule[].status`: every field that a schema names. */
function fieldsOf({ properties = {}, items }: Schema, path = ''): string[] {
  if (items) return fieldsOf(items, `${path}[]`);
  return Object.entries(properties).flatMap(([name, inner]) => {
    const own = path === '' ? name : `${path}.${name}`;
    return [own, ...fieldsOf(inner, own)];
  });
}

function fieldsIn(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((entry) => fieldsIn(entry, `${path}[]`));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const own = path === '' ? name : `${path}.${name}`;
    return [own, ...fieldsIn(inner, own)];
  });
}

/** Every kind has these two; the charts set them where something is kept. */
const ofManaged = new Set(['spec.deletionPolicy', 'spec.managementPolicies']);

test.each([...ownKinds])(
  '%s has no field that nothing uses, and can be loaded instead',
  (kind, { schema }) => {
    const used = new Set((byKind.get(kind) ?? []).flatMap((object) => fieldsIn(object)));
    expect(fieldsOf(schema).filter((field) => !used.has(field) && !ofManaged.has(field))).toEqual([]);
    const [apiVersion, name] = kind.split(' ') as [string, string];
    expect(schemaFileOf(apiVersion, name)?.type).toBe('crds');
  },
);

/** The spec with one field more or less at a place of it, for every place that the schema says something of. */
function* spoilt(value: unknown, schema: Schema, path: string): Generator<readonly [string, unknown]> {
  if (Array.isArray(value)) {
    for (const [index, entry] of value.entries()) {
      for (const [finding, changed] of spoilt(entry, schema.items ?? {}, `${path}[${index}]`))
        yield [finding, value.with(index, changed)];
    }
  } else if (isObject(value)) {
    if (schema.properties) yield [`${path}.planted: unknown-field`, { ...value, planted: 'x' }];
    for (const name of schema.required ?? []) {
      const { [name]: _, ...rest } = value;
      yield [`${path}.${name}: missing-field`, rest];
    }
    for (const [name, inner] of Object.entries(value)) {
      const of = schema.properties?.[name] ?? {};
      for (const [finding, changed] of spoilt(inner, of, `${path}.${name}`))
        yield [finding, { ...value, [name]: changed }];
    }
  } else if (schema.type !== undefined) {
    yield [`${path}: wrong-type`, { planted: 'x' }];
  }
}

test.each([...ownKinds])('%s is fine as rendered, and refused with anything amiss', (kind, { schema }) => {
  for (const object of byKind.get(kind)!)
    expect([object.metadata.name, findingsOf(object)]).toEqual([object.metadata.name, []]);
  const { spec, ...rest } = byKind.get(kind)![0]! as KubernetesObject & { spec: unknown };
  const all = [...spoilt(spec, schema.properties!['spec']!, 'spec')];
  expect(all.length).toBeGreaterThan(2);
  for (const [finding, changed] of all) expect(findingsOf({ ...rest, spec: changed })).toContain(finding);
});

test.each([...ownKinds])('%s lives where it belongs', (kind, { isNamespaced }) => {
  const { metadata, ...rest } = byKind.get(kind)![0]!;
  const { namespace: _, ...named } = metadata;
  const moved = isNamespaced ? named : { ...named, namespace: 'elsewhere' };
  expect(findingsOf({ ...rest, metadata: moved })).toEqual([
    `metadata.namespace: ${isNamespaced ? 'missing-field' : 'unknown-field'}`,
  ]);
});

const widget = {
  file: 'f.yaml',
  environment: 'e',
  region: 'r',
  object: { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'a' }, spec: { size: 'small' } },
};
const withSize = (size: Schema): Schema => ({ type: 'object', properties: { size } });

test("the project's definition goes before ours, which counts as ours only where it was used", () => {
  const ours = new Map([['example.com/v1 Widget', ofCluster(withSize({ type: 'string', enum: ['large'] }))]]);
  const real = catalogueWith(withSize({ type: 'string' }), undefined, { own: ours });
  expect(checkSchemas([widget], real)).toMatchObject({ findings: [], checked: 1, own: [] });
  const without = catalogueWith({}, undefined, { own: ours, isDefined: false });
  expect(checkSchemas([widget], without)).toMatchObject({
    findings: [{ path: 'spec.size', rule: 'not-in-enum' }],
    checked: 1,
    own: [{ kind: 'example.com/v1 Widget', objects: 1 }],
    unchecked: [],
  });
});

test('of another version of a kind ours knows nothing', () => {
  const ours = new Map([['example.com/v2 Widget', ofNamespace(withSize({ type: 'string' }))]]);
  const { checked, own, unchecked } = checkSchemas(
    [widget],
    catalogueWith({}, undefined, { own: ours, isDefined: false }),
  );
  expect([checked, own, unchecked]).toEqual([
    0,
    [],
    [{ reason: 'no schema of example.com/v1 Widget', objects: 1 }],
  ]);
});
