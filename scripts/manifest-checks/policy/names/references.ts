import { isObject, textAt, visitValues, type JsonObject } from '../../../rendered/fields.ts';
import { groupKindOf, type Manifest } from '../../manifest.ts';

/** A place where an object speaks of another one. */
export type Reference = {
  readonly manifest: Manifest;
  readonly path: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** Of a ConfigMap or Secret. */
  readonly key?: string;
  /** Of a Service: its number or name. */
  readonly port?: number | string;
};

/** Fields whose value, `{name, key?, namespace?}`, is a reference in whatever kind they stand. */
const byReference: Readonly<Record<string, string>> = {
  secretKeyRef: 'Secret',
  secretRef: 'Secret',
  redisSecret: 'Secret',
  passwordSecretRef: 'Secret',
  apiTokenSecretRef: 'Secret',
  secretAccessKeySecretRef: 'Secret',
  accessKeyIDSecretRef: 'Secret',
  configMapKeyRef: 'ConfigMap',
  configMapRef: 'ConfigMap',
  serviceAccountRef: 'ServiceAccount',
  elasticsearchRef: 'elasticsearch.k8s.elastic.co/Elasticsearch',
  functionRef: 'pkg.crossplane.io/Function',
};

/** Fields whose value is the name itself. */
const byName: Readonly<Record<string, string>> = {
  secretName: 'Secret',
  credentialsSecret: 'Secret',
  claimName: 'PersistentVolumeClaim',
  serviceAccountName: 'ServiceAccount',
  priorityClassName: 'scheduling.k8s.io/PriorityClass',
  storageClassName: 'storage.k8s.io/StorageClass',
  storageClass: 'storage.k8s.io/StorageClass',
  gatewayClassName: 'gateway.networking.k8s.io/GatewayClass',
  sgInstanceProfile: 'stackgres.io/SGInstanceProfile',
  sgPostgresConfig: 'stackgres.io/SGPostgresConfig',
  sgPoolingConfig: 'stackgres.io/SGPoolingConfig',
  sgObjectStorage: 'stackgres.io/SGObjectStorage',
  sgScript: 'stackgres.io/SGScript',
};

const clusterWide = new Set([
  'scheduling.k8s.io/PriorityClass',
  'storage.k8s.io/StorageClass',
  'gateway.networking.k8s.io/GatewayClass',
  'pkg.crossplane.io/Function',
]);

/** What is defined by the field that elsewhere refers to it. */
const definesSecret = new Set(['cert-manager.io/Certificate']);

/** References that a field's name alone shows, wherever it stands. */
export function commonReferences(manifest: Manifest): readonly Reference[] {
  const references: Reference[] = [];
  const own = manifest.object.metadata.namespace ?? '';
  const kindOfOwner = groupKindOf(manifest.object);
  // A chart's values speak of the cluster that it goes into.
  if (kindOfOwner === 'argoproj.io/Application') return [];
  const add = (path: string, kind: string, name: string, fields: JsonObject): void => {
    if (name === '' || fields['optional'] === true) return;
    const namespace = clusterWide.has(kind) ? '' : (textAt(fields, 'namespace') ?? own);
    const key = textAt(fields, 'key');
    references.push({ manifest, path, kind, namespace, name, ...(key === undefined ? {} : { key }) });
  };
  visitValues(manifest.object, (value, path, field) => {
    const target = byReference[field];
    if (target !== undefined && isObject(value)) add(path, target, textAt(value, 'name') ?? '', value);
    if (field === 'configMap' && isObject(value)) add(path, 'ConfigMap', textAt(value, 'name') ?? '', value);
    const kind = byName[field];
    if (kind === undefined || typeof value !== 'string') return;
    if (kind === 'Secret' && definesSecret.has(kindOfOwner)) return;
    add(path, kind, value, {});
  });
  return references;
}
