import { expect, test } from 'vitest';
import { isObject } from '../../../rendered/fields.ts';
import { readManifests } from '../../read-manifests.ts';
import { catalogueWith } from '../../testing/definitions.ts';
import { checkSchemas } from '../check-schemas.ts';
import { schemaFileOf } from '../locations.ts';
import type { Schema } from '../schema.ts';
import { ownKinds } from './index.ts';

const { manifests } = readManifests('dist');
const byKind = Map.groupBy(manifests, ({ object }) => `${object.apiVersion} ${object.kind}`);

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

test.each([...ownKinds])('%s has no field that nothing uses, and can be loaded instead', (kind, schema) => {
  const used = new Set((byKind.get(kind) ?? []).flatMap(({ object }) => fieldsIn(object)));
  expect(fieldsOf(schema).filter((field) => !used.has(field) && !ofManaged.has(field))).toEqual([]);
  const [apiVersion, name] = kind.split(' ') as [string, string];
  expect(schemaFileOf(apiVersion, name)?.type).toBe('crds');
});

const widget = {
  file: 'f.yaml',
  environment: 'e',
  region: 'r',
  object: { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'a' }, spec: { size: 'small' } },
};
const withSize = (size: Schema): Schema => ({ type: 'object', properties: { size } });
const root = (size: Schema): Schema => ({ type: 'object', properties: { spec: withSize(size) } });

test("the project's definition goes before ours, which counts as ours only where it was used", () => {
  const ours = new Map([['example.com/v1 Widget', root({ type: 'string', enum: ['large'] })]]);
  const real = catalogueWith(withSize({ type: 'string' }), undefined, { own: ours });
  expect(checkSchemas([widget], real)).toMatchObject({ findings: [], checked: 1, own: [] });
  const alone = catalogueWith({}, undefined, { own: ours, isDefined: false });
  expect(checkSchemas([widget], alone)).toMatchObject({
    findings: [{ path: 'spec.size', rule: 'not-in-enum' }],
    checked: 1,
    own: [{ kind: 'example.com/v1 Widget', objects: 1 }],
    unchecked: [],
  });
});

test('of another version of a kind ours knows nothing', () => {
  const ours = new Map([['example.com/v2 Widget', root({ type: 'string' })]]);
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
