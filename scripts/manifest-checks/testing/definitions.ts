import type { BuiltInKinds } from '../schemas/built-in-kinds.ts';
import { createCatalogue, type Catalogue } from '../schemas/catalogue.ts';
import type { CustomKinds } from '../schemas/custom-kinds.ts';
import type { OwnKind } from '../schemas/own/parts.ts';
import { objectMetaName, type Schema } from '../schemas/schema.ts';

const text = { type: 'string' };
const objectMeta: Schema = {
  type: 'object',
  properties: {
    name: text,
    namespace: text,
    labels: { type: 'object', additionalProperties: text },
    annotations: { type: 'object', additionalProperties: text },
  },
};
const reference = (name: string): Schema => ({
  allOf: [{ $ref: `#/components/schemas/${name}` }],
  default: {},
});

/** Two built-in kinds, in the form that a kube-apiserver describes its own. */
const builtIn: BuiltInKinds = {
  definitions: new Map<string, Schema>([
    [objectMetaName, objectMeta],
    ['io.k8s.apimachinery.pkg.api.resource.Quantity', { oneOf: [{ type: 'string' }, { type: 'number' }] }],
    ['IntOrString', { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] }],
    [
      'Spec',
      {
        type: 'object',
        required: ['port'],
        properties: {
          port: reference('IntOrString'),
          memory: reference('io.k8s.apimachinery.pkg.api.resource.Quantity'),
          replicas: { type: 'integer', format: 'int32' },
          protocol: { type: 'string', enum: ['TCP', 'UDP'] },
          env: {
            type: 'array',
            items: { type: 'object', properties: { name: text, value: text }, required: ['name'] },
            'x-kubernetes-list-type': 'map',
            'x-kubernetes-list-map-keys': ['name'],
          },
        },
      },
    ],
    [
      'Thing',
      {
        type: 'object',
        properties: {
          apiVersion: text,
          kind: text,
          metadata: reference(objectMetaName),
          spec: reference('Spec'),
        },
      },
    ],
  ]),
  kinds: new Map([['apps/v1 Thing', { definition: 'Thing', isNamespaced: true }]]),
  apiVersions: new Set(['apps/v1']),
};

type Own = { readonly own: ReadonlyMap<string, OwnKind>; readonly isDefined?: false };

/** A catalogue with `apps/v1 Thing`, and `example.com/v1 Widget` with this schema of its spec, if that is defined. */
export function catalogueWith(
  spec: Schema,
  metadata?: Schema,
  { own, isDefined }: Partial<Own> = {},
): Catalogue {
  const widget: Schema = {
    type: 'object',
    properties: { apiVersion: text, kind: text, metadata: metadata ?? { type: 'object' }, spec },
  };
  const custom: CustomKinds = {
    find: (group, kind) =>
      isDefined !== false && group === 'example.com' && kind === 'Widget'
        ? { isNamespaced: false, versions: new Map([['v1', widget]]) }
        : undefined,
  };
  return createCatalogue(builtIn, custom, own);
}
