import { at, isObject, type Json } from '../../rendered/fields.ts';

/** The fields by which Kubernetes and the operators tell the items of a list apart, where that is not `name`. */
const keysByField: Readonly<Record<string, readonly (readonly string[])[]>> = {
  volumeMounts: [['mountPath']],
  volumeDevices: [['devicePath']],
  ports: [['containerPort'], ['port'], ['protocol']],
  hostAliases: [['ip']],
  topologySpreadConstraints: [['topologyKey'], ['whenUnsatisfiable']],
  tolerations: [['key'], ['operator'], ['value'], ['effect']],
  metrics: [['type'], ['resource', 'name'], ['pods', 'metric', 'name'], ['external', 'metric', 'name']],
  triggers: [['type'], ['name'], ['metadata', 'topic'], ['metadata', 'metricName']],
  mirrors: [['source', 'alias']],
  policies: [['type']],
  matchExpressions: [['key'], ['operator']],
  requirements: [['key'], ['operator']],
  subjects: [['kind'], ['namespace'], ['name']],
  endpoints: [['dnsName'], ['recordType'], ['setIdentifier']],
  overrides: [['index']],
  volumes: [['name'], ['id']],
  data: [['secretKey']],
  // Of the Worker at the edge.
  routes: [['pattern'], ['zone_name']],
  kv_namespaces: [['binding']],
};

/** How to tell the items of a list apart, or undefined when nothing does so on both sides. */
export function mergeKeyOf(
  field: string,
  before: readonly Json[],
  after: readonly Json[],
): ((item: Json) => string) | undefined {
  const candidates = [...(keysByField[field] ? [keysByField[field]] : []), [['name']], [['id']]];
  for (const paths of candidates) {
    const key = (item: Json): string =>
      paths
        .map((path) => at(item, ...path))
        .filter((part) => typeof part === 'string' || typeof part === 'number')
        .join(' ');
    if (tellsApart(before, key) && tellsApart(after, key)) return key;
  }
  return undefined;
}

function tellsApart(items: readonly Json[], key: (item: Json) => string): boolean {
  const keys = items.map((item) => (isObject(item) ? key(item) : ''));
  return !keys.includes('') && new Set(keys).size === keys.length;
}
