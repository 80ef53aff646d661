import { isObject, joinPath, mapAt, numberAt, textAt, type JsonObject } from '../../../rendered/fields.ts';
import { groupKindOf, type KubernetesObject, type Manifest } from '../../manifest.ts';
import type { Reference } from './references.ts';

/** Where a kind refers to others. `[]` stands for every entry of a list; the value there is a name or `{name, …}`. */
type Rule = {
  readonly at: string;
  /** The kind, or how it follows from the fields of the reference. */
  readonly kind: string | ((reference: JsonObject) => string | undefined);
  readonly isClusterWide?: true;
};

const workload = (reference: JsonObject): string =>
  groupKindOf({
    apiVersion: textAt(reference, 'apiVersion') ?? 'apps/v1',
    kind: textAt(reference, 'kind') ?? 'Deployment',
  });
/** A reference of the Gateway API: group and kind with defaults. */
const gatewayApi =
  (group: string, kind: string) =>
  (reference: JsonObject): string =>
    groupKindOf({
      apiVersion: groupOf(textAt(reference, 'group') ?? group),
      kind: textAt(reference, 'kind') ?? kind,
    });
const groupOf = (group: string): string => (group === '' ? 'v1' : `${group}/v1`);
const issuer = (reference: JsonObject): string =>
  `${textAt(reference, 'group') ?? 'cert-manager.io'}/${textAt(reference, 'kind') ?? 'Issuer'}`;
/** Also of cert-manager's external issuers, whose kinds end like its own. */
const isClusterIssuer = (reference: JsonObject): boolean =>
  textAt(reference, 'kind')?.endsWith('ClusterIssuer') === true;
const isClusterWide = true as const;

const gatewayGroup = 'gateway.networking.k8s.io';
const routes: readonly Rule[] = [
  { at: 'spec.parentRefs[]', kind: gatewayApi(gatewayGroup, 'Gateway') },
  { at: 'spec.rules[].backendRefs[]', kind: gatewayApi('', 'Service') },
  { at: 'spec.rules[].filters[].extensionRef', kind: gatewayApi('', '') },
];
const scaled: readonly Rule[] = [{ at: 'spec.scaleTargetRef', kind: workload }];
const role: readonly Rule[] = [
  {
    at: 'roleRef',
    kind: (reference) =>
      textAt(reference, 'kind') === 'Role' ? 'rbac.authorization.k8s.io/Role' : undefined,
  },
  {
    at: 'roleRef',
    kind: (reference) =>
      textAt(reference, 'kind') === 'ClusterRole' ? 'rbac.authorization.k8s.io/ClusterRole' : undefined,
    isClusterWide,
  },
  {
    at: 'subjects[]',
    kind: (reference) => (textAt(reference, 'kind') === 'ServiceAccount' ? 'ServiceAccount' : undefined),
  },
];

const rules: Readonly<Record<string, readonly Rule[]>> = {
  'apps/StatefulSet': [{ at: 'spec.serviceName', kind: 'Service' }],
  'autoscaling/HorizontalPodAutoscaler': scaled,
  'jamiethompson.me/PredictiveHorizontalPodAutoscaler': scaled,
  'keda.sh/ScaledObject': [
    ...scaled,
    { at: 'spec.triggers[].authenticationRef', kind: kedaAuthentication },
    { at: 'spec.triggers[].metadata.topic', kind: 'topic' },
  ],
  'keda.sh/TriggerAuthentication': [{ at: 'spec.secretTargetRef[]', kind: 'Secret' }],
  'autoscaling.k8s.io/VerticalPodAutoscaler': [{ at: 'spec.targetRef', kind: workload }],
  'gateway.networking.k8s.io/HTTPRoute': routes,
  'gateway.networking.k8s.io/GRPCRoute': routes,
  'gateway.networking.k8s.io/Gateway': [
    { at: 'spec.listeners[].tls.certificateRefs[]', kind: gatewayApi('', 'Secret') },
    { at: 'spec.infrastructure.parametersRef', kind: gatewayApi('', 'ConfigMap') },
  ],
  'networking.k8s.io/Ingress': [{ at: 'spec.rules[].http.paths[].backend.service', kind: 'Service' }],
  'cert-manager.io/Certificate': [
    {
      at: 'spec.issuerRef',
      kind: (ref) => (isClusterIssuer(ref) ? undefined : issuer(ref)),
    },
    {
      at: 'spec.issuerRef',
      kind: (ref) => (isClusterIssuer(ref) ? issuer(ref) : undefined),
      isClusterWide,
    },
  ],
  'external-secrets.io/ExternalSecret': [
    {
      at: 'spec.secretStoreRef',
      kind: (ref) =>
        textAt(ref, 'kind') === 'ClusterSecretStore' ? 'external-secrets.io/ClusterSecretStore' : undefined,
      isClusterWide,
    },
    {
      at: 'spec.secretStoreRef',
      kind: (ref) =>
        textAt(ref, 'kind') === 'ClusterSecretStore' ? undefined : 'external-secrets.io/SecretStore',
    },
  ],
  'external-secrets.io/PushSecret': [
    { at: 'spec.selector.secret', kind: 'Secret' },
    {
      at: 'spec.secretStoreRefs[]',
      kind: (ref) => `external-secrets.io/${textAt(ref, 'kind') ?? 'SecretStore'}`,
      isClusterWide,
    },
  ],
  'configuration.konghq.com/KongConsumer': [{ at: 'credentials[]', kind: 'Secret' }],
  'rbac.authorization.k8s.io/RoleBinding': role,
  'rbac.authorization.k8s.io/ClusterRoleBinding': role,
  'kafka.strimzi.io/Kafka': [
    { at: 'spec.kafka.storage.class', kind: 'storage.k8s.io/StorageClass', isClusterWide },
    { at: 'spec.entityOperator.topicOperator.watchedNamespace', kind: 'Namespace', isClusterWide },
    { at: 'spec.entityOperator.userOperator.watchedNamespace', kind: 'Namespace', isClusterWide },
  ],
  'kafka.strimzi.io/KafkaNodePool': [
    { at: 'spec.storage.class', kind: 'storage.k8s.io/StorageClass', isClusterWide },
    { at: 'spec.storage.volumes[].class', kind: 'storage.k8s.io/StorageClass', isClusterWide },
  ],
  'karpenter.sh/NodePool': [
    { at: 'spec.template.spec.nodeClassRef', kind: 'karpenter.k8s.aws/EC2NodeClass', isClusterWide },
  ],
  'argoproj.io/Application': [{ at: 'spec.project', kind: 'argoproj.io/AppProject' }],
  'argoproj.io/ApplicationSet': [{ at: 'spec.template.spec.project', kind: 'argoproj.io/AppProject' }],
};

function kedaAuthentication(reference: JsonObject): string {
  return `keda.sh/${textAt(reference, 'kind') ?? 'TriggerAuthentication'}`;
}

/** References that only this kind of object makes. */
export function kindReferences(manifest: Manifest): readonly Reference[] {
  const { object } = manifest;
  return [
    ...(rules[groupKindOf(object)] ?? []).flatMap((rule) => referencesBy(rule, manifest)),
    ...annotated(manifest),
    ...sameName(manifest),
  ];
}

function referencesBy(rule: Rule, manifest: Manifest): Reference[] {
  return valuesAt(manifest.object, rule.at).flatMap(({ value, path }) => {
    const fields: JsonObject = isObject(value) ? value : typeof value === 'string' ? { name: value } : {};
    const kind = typeof rule.kind === 'string' ? rule.kind : rule.kind(fields);
    const name = textAt(fields, 'name');
    if (kind === undefined || name === undefined) return [];
    const own = manifest.object.metadata.namespace ?? '';
    const namespace = rule.isClusterWide ? '' : (textAt(fields, 'namespace') ?? own);
    return [{ manifest, path, kind, namespace, name, ...partOf(fields, kind) }];
  });
}

function partOf(fields: JsonObject, kind: string): Pick<Reference, 'key' | 'port'> {
  const key = textAt(fields, 'key');
  if (kind === 'Secret' && key !== undefined) return { key };
  const port =
    numberAt(fields, 'port') ?? numberAt(fields, 'port', 'number') ?? textAt(fields, 'port', 'name');
  return kind === 'Service' && port !== undefined ? { port } : {};
}

/** The values at `a.b[].c`, each with its own path. */
function valuesAt(object: KubernetesObject, place: string): { value: unknown; path: string }[] {
  let found: { value: unknown; path: string }[] = [{ value: object, path: '' }];
  for (const step of place.split('.')) {
    const isList = step.endsWith('[]');
    const field = isList ? step.slice(0, -2) : step;
    found = found.flatMap(({ value, path }) => {
      const inner = isObject(value) ? value[field] : undefined;
      const innerPath = joinPath(path, field);
      if (!isList) return inner === undefined ? [] : [{ value: inner, path: innerPath }];
      return (Array.isArray(inner) ? inner : []).map((entry: unknown, index) => ({
        value: entry,
        path: `${innerPath}[${index}]`,
      }));
    });
  }
  return found;
}

const annotations: readonly {
  readonly name: string;
  readonly kind: string;
  readonly isClusterWide?: true;
}[] = [
  { name: 'konghq.com/plugins', kind: 'configuration.konghq.com/KongPlugin' },
  { name: 'cert-manager.io/issuer', kind: 'cert-manager.io/Issuer' },
  { name: 'cert-manager.io/cluster-issuer', kind: 'cert-manager.io/ClusterIssuer', isClusterWide },
];

function annotated(manifest: Manifest): Reference[] {
  const own = mapAt(manifest.object, 'metadata', 'annotations');
  return annotations.flatMap(({ name, kind, ...rule }) =>
    (own[name] ?? '')
      .split(',')
      .map((text) => text.trim())
      .filter((text) => text !== '')
      .map((text) => ({
        manifest,
        path: joinPath('metadata.annotations', name),
        kind,
        namespace: rule.isClusterWide ? '' : (manifest.object.metadata.namespace ?? ''),
        name: text,
      })),
  );
}

/** A ServiceExport exports the Service of its own name, and an import leads by one; every object lives in a namespace that is there. */
function sameName(manifest: Manifest): Reference[] {
  const { object } = manifest;
  const { name, namespace } = object.metadata;
  const lives =
    namespace === undefined
      ? []
      : [{ manifest, path: 'metadata.namespace', kind: 'Namespace', namespace: '', name: namespace }];
  const isExport = /^multicluster\.x-k8s\.io\/Service(Export|Import)$/.test(groupKindOf(object));
  return [
    ...lives,
    ...(isExport
      ? [{ manifest, path: 'metadata.name', kind: 'Service', namespace: namespace ?? '', name }]
      : []),
  ];
}
