import { expect, test } from 'vitest';
import type { KubernetesObject } from '../manifest.ts';
import { catalogueWith } from '../testing/definitions.ts';
import { checkSchemas } from './check-schemas.ts';
import type { Schema } from './schema.ts';

const check = (object: KubernetesObject, spec: Schema = {}, metadata?: Schema) =>
  checkSchemas([{ file: 'f.yaml', environment: 'e', region: 'r', object }], catalogueWith(spec, metadata));
const findings = (...given: Parameters<typeof check>): readonly string[] =>
  check(...given).findings.map(({ path, rule, message }) => `${path} ${rule}: ${message}`);

const thing = (spec: unknown): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Thing',
  metadata: { name: 'a', namespace: 'n' },
  spec,
});
const widget = (spec: unknown): KubernetesObject => ({
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: { name: 'a' },
  spec,
});

test('a built-in kind: what is wrong is named with the path of its field', () => {
  expect(findings(thing({ port: 'http', memory: '1Gi', replicas: 3 }))).toEqual([]);
  expect(findings(thing({ replicas: '3', protocol: 'tcp', memory: '1GB', extra: {} }))).toEqual([
    'spec.port missing-field: is required',
    'spec.extra unknown-field: there is no such field',
    'spec.memory format: must be a well-formed quantity',
    'spec.replicas wrong-type: must be integer, is string',
    'spec.protocol not-in-enum: must be one of TCP, UDP',
  ]);
  expect(findings(thing({ port: 1.5, replicas: 3_000_000_000 }))).toEqual([
    'spec.port wrong-type: must be integer or string, is number',
    'spec.replicas format: must be a well-formed int32',
  ]);
});

test('lists that Kubernetes merges by a key have each key once', () => {
  expect(
    findings(thing({ port: 1, env: [{ name: 'A' }, { name: 'B' }, { name: 'A', value: 'x' }] })),
  ).toEqual(['spec.env duplicate-entry: has two entries with the same name']);
});

test('metadata is checked as ObjectMeta, in a custom resource too', () => {
  const { metadata, ...rest } = widget({});
  const wrong = { ...metadata, lables: {}, labels: { a: 1 } } as unknown as KubernetesObject['metadata'];
  expect(findings({ ...rest, metadata: wrong }, { type: 'object' })).toEqual([
    'metadata.lables unknown-field: there is no such field',
    'metadata.labels.a wrong-type: must be string, is integer',
  ]);
  const short: Schema = { type: 'object', properties: { name: { type: 'string', maxLength: 2 } } };
  const long = { ...widget({}), metadata: { name: 'abc' } };
  expect(findings(long, { type: 'object' }, short)).toEqual([
    'metadata.name value: must NOT have more than 2 characters',
  ]);
});

test('a custom resource: unknown fields are refused at every depth, unless they are to be preserved', () => {
  const spec: Schema = {
    type: 'object',
    properties: {
      list: { type: 'array', items: { type: 'object', properties: { a: { type: 'string' } } } },
      map: {
        type: 'object',
        additionalProperties: { type: 'object', properties: { a: { type: 'string' } } },
      },
      open: {
        type: 'object',
        'x-kubernetes-preserve-unknown-fields': true,
        properties: { known: { type: 'object', properties: {} } },
      },
      empty: { type: 'object' },
    },
  };
  expect(findings(widget({ list: [{ a: 'x' }], map: { 'k/v': { a: 'y' } }, open: { b: 1 } }), spec)).toEqual(
    [],
  );
  const wrong = {
    list: [{}, { b: 1 }],
    map: { 'k/v': { b: 1 } },
    open: { known: { b: 1 } },
    empty: { b: 1 },
  };
  expect(findings(widget(wrong), spec)).toEqual([
    'spec.list[1].b unknown-field: there is no such field',
    'spec.map["k/v"].b unknown-field: there is no such field',
    'spec.open.known.b unknown-field: there is no such field',
    'spec.empty.b unknown-field: there is no such field',
  ]);
});

test('an embedded object has its own kind and metadata', () => {
  const spec: Schema = {
    type: 'object',
    'x-kubernetes-embedded-resource': true,
    'x-kubernetes-preserve-unknown-fields': true,
  };
  const inner = { apiVersion: 'v1', kind: 'Any', metadata: { name: 'x' }, whatever: 1 };
  expect(findings(widget(inner), spec)).toEqual([]);
  expect(findings(widget({ apiVersion: 'v1', metadata: { nam: 'x' } }), spec)).toEqual([
    'spec.kind missing-field: is required',
    'spec.metadata.nam unknown-field: there is no such field',
  ]);
});

test('null is a value only where the schema says so', () => {
  const spec: Schema = {
    type: 'object',
    properties: {
      may: { type: 'string', nullable: true, enum: ['a'] },
      not: { type: 'string' },
      filled: { type: 'string', default: 'x' },
    },
  };
  expect(findings(widget({ may: null, not: null, filled: null }), spec)).toEqual([
    'spec.not wrong-type: must be string, is null',
  ]);
});

test('defaults are there before anything is validated, as in the API server', () => {
  const spec: Schema = {
    type: 'object',
    required: ['kind'],
    properties: {
      kind: { type: 'string', default: 'ip' },
      value: { type: 'string' },
    },
    oneOf: [
      { properties: { kind: { enum: ['ip'] }, value: { format: 'ipv4' } } },
      { properties: { kind: { not: { enum: ['ip'] } } } },
    ],
  };
  expect(findings(widget({ value: '10.0.0.1' }), spec)).toEqual([]);
  expect(findings(widget({ value: 'host' }), spec)).toEqual([
    'spec no-alternative: must fit exactly one of its alternatives',
  ]);
});

test('alternatives that need fields say which', () => {
  const spec: Schema = {
    type: 'object',
    properties: { a: { type: 'string' }, b: { type: 'string' } },
    oneOf: [{ required: ['a'] }, { required: ['b'] }],
  };
  expect(findings(widget({}), spec)).toEqual([
    'spec no-alternative: must fit exactly one of its alternatives: a; or b',
  ]);
});

test('numbers or texts, limits that exclude themselves, patterns of RE2 and durations of Go', () => {
  const spec: Schema = {
    type: 'object',
    properties: {
      port: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
      over: { type: 'integer', minimum: 0, exclusiveMinimum: true },
      mode: { type: 'string', pattern: '^(?i)(abort|warn)?$' },
      after: { type: 'string', format: 'duration' },
    },
  };
  expect(findings(widget({ port: 'http', over: 1, mode: 'Abort', after: '1h30m' }), spec)).toEqual([]);
  expect(findings(widget({ port: true, over: 0, mode: 'stop', after: '1 hour' }), spec)).toEqual([
    'spec.port wrong-type: must be integer or string, is boolean',
    'spec.over value: must be > 0',
    'spec.mode pattern: must match ^(?i:(abort|warn)?$)',
    'spec.after format: must be a well-formed duration',
  ]);
});

test('a kind or version that no API server would take is refused; without a schema it is unchecked, not passed', () => {
  expect(findings({ ...thing({}), kind: 'Thingy' })).toEqual([
    'apiVersion unknown-kind: apps/v1 has no kind Thingy',
  ]);
  expect(findings({ ...widget({}), apiVersion: 'example.com/v1beta1' })).toEqual([
    'apiVersion unknown-kind: Widget is not served at example.com/v1beta1, only at v1',
  ]);
  const gadget = check({ ...widget({}), kind: 'Gadget' });
  expect(gadget).toMatchObject({
    findings: [],
    checked: 0,
    unchecked: [{ reason: 'no schema of example.com/v1 Gadget', objects: 1 }],
  });
});

test('an object stands in a namespace exactly if its kind does', () => {
  const { namespace: _, ...metadata } = thing({}).metadata;
  expect(findings({ ...thing({ port: 1 }), metadata })).toEqual([
    'metadata.namespace missing-field: a Thing lives in a namespace',
  ]);
  expect(findings({ ...widget({}), metadata: { name: 'a', namespace: 'n' } }, { type: 'object' })).toEqual([
    'metadata.namespace unknown-field: a Widget lives in no namespace',
  ]);
});

test('CEL rules are counted where they would be evaluated', () => {
  const rule = [{ rule: 'self > 0' }];
  const spec: Schema = {
    type: 'object',
    'x-kubernetes-validations': rule,
    properties: {
      list: { type: 'array', items: { type: 'integer', 'x-kubernetes-validations': rule } },
      absent: { type: 'string', 'x-kubernetes-validations': rule },
    },
  };
  expect(check(widget({ list: [1, 2] }), spec).cel).toEqual({ rules: 3, objects: 1 });
});
