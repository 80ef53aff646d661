import { at, fieldsAt, listAt, mapAt, numberAt, textAt, type JsonObject } from '../../../rendered/fields.ts';
import { groupKindOf, type KubernetesObject, type Manifest } from '../../manifest.ts';
import type { Named } from './names.ts';

/** What an operator makes of a custom resource, as its documentation says: Services, Secrets and the like by name. */
export function productsOf({ object }: Manifest): readonly Named[] {
  const make = makers[groupKindOf(object)];
  const { name, namespace = '' } = object.metadata;
  return (
    make?.({ object, name, service: named('Service', namespace), secret: secret(namespace), namespace }) ?? []
  );
}

type Product = {
  readonly object: KubernetesObject;
  readonly name: string;
  readonly namespace: string;
  readonly service: (name: string, ...ports: readonly (number | string)[]) => Named;
  readonly secret: (name: string, ...keys: readonly string[]) => Named;
};

const named =
  (kind: string, namespace: string) =>
  (name: string, ...ports: readonly (number | string)[]): Named =>
    ports.length === 0 ? { kind, namespace, name } : { kind, namespace, name, ports };

const secret =
  (namespace: string) =>
  (name: string, ...keys: readonly string[]): Named =>
    keys.length === 0 ? { kind: 'Secret', namespace, name } : { kind: 'Secret', namespace, name, keys };

const makers: Readonly<Record<string, (product: Product) => readonly Named[]>> = {
  'external-secrets.io/ExternalSecret': externalSecret,
  'cert-manager.io/Certificate': ({ object, secret: make }) => [
    make(textAt(object, 'spec', 'secretName') ?? '', 'tls.crt', 'tls.key', 'ca.crt'),
  ],
  // With one of these annotations cert-manager makes a Certificate for each listener's secret.
  'gateway.networking.k8s.io/Gateway': ({ object, secret: make }) => {
    const annotations = mapAt(object, 'metadata', 'annotations');
    const isCertified =
      'cert-manager.io/issuer' in annotations || 'cert-manager.io/cluster-issuer' in annotations;
    return listAt(object, 'spec', 'listeners')
      .flatMap((listener) => listAt(listener, 'tls', 'certificateRefs'))
      .filter(() => isCertified)
      .map((reference) => make(textAt(reference, 'name') ?? '', 'tls.crt', 'tls.key', 'ca.crt'));
  },
  'cert-manager.io/Issuer': issuer,
  'cert-manager.io/ClusterIssuer': issuer,
  'kafka.strimzi.io/Kafka': kafka,
  'kafka.strimzi.io/KafkaUser': ({ object, name, secret: make }) => [
    textAt(object, 'spec', 'authentication', 'type') === 'scram-sha-512'
      ? make(name, 'password', 'sasl.jaas.config')
      : make(name, 'ca.crt', 'user.crt', 'user.key', 'user.p12', 'user.password'),
  ],
  'kafka.strimzi.io/KafkaMirrorMaker2': ({ name, service }) => [service(`${name}-mirrormaker2-api`, 8083)],
  'stackgres.io/SGCluster': ({ name, service, secret: make }) => [
    ...[name, `${name}-primary`, `${name}-replicas`].map((host) => service(host, 5432, 5433)),
    service(`${name}-rest`, 8008),
    make(name),
  ],
  'stackgres.io/SGShardedCluster': ({ name, service, secret: make }) => [
    ...[name, `${name}-reads`, `${name}-shards`].map((host) => service(host, 5432, 5433)),
    make(name),
  ],
  'postgresql.cnpg.io/Cluster': ({ name, service, secret: make }) => [
    ...['rw', 'ro', 'r'].map((role) => service(`${name}-${role}`, 5432)),
    ...['app', 'superuser', 'ca', 'server', 'replication'].map((role) => make(`${name}-${role}`)),
  ],
  'postgresql.cnpg.io/Pooler': ({ name, service }) => [service(name, 5432)],
  'psmdb.percona.com/PerconaServerMongoDB': mongo,
  'redis.redis.opstreelabs.in/RedisCluster': ({ name, service }) =>
    ['leader', 'follower'].flatMap((role) => [
      service(`${name}-${role}`, 6379, 9121),
      service(`${name}-${role}-headless`, 6379),
      service(`${name}-${role}-additional`, 6379),
    ]),
  'redis.redis.opstreelabs.in/RedisReplication': ({ name, service }) =>
    [name, ...['headless', 'additional', 'master', 'replica'].map((role) => `${name}-${role}`)].map((host) =>
      service(host, 6379),
    ),
  'elasticsearch.k8s.elastic.co/Elasticsearch': ({ object, name, service, secret: make }) => [
    ...['http', 'internal-http'].map((role) => service(`${name}-es-${role}`, 9200, 'https')),
    service(`${name}-es-transport`, 9300),
    ...listAt(object, 'spec', 'nodeSets').map((set) =>
      service(`${name}-es-${textAt(set, 'name') ?? ''}`, 9200),
    ),
    make(`${name}-es-elastic-user`, 'elastic'),
    make(`${name}-es-http-certs-public`, 'ca.crt', 'tls.crt'),
    make(`${name}-es-http-certs-internal`, 'ca.crt', 'tls.crt', 'tls.key'),
  ],
  'kibana.k8s.elastic.co/Kibana': ({ name, service }) => [service(`${name}-kb-http`, 5601, 'https')],
  'jaegertracing.io/Jaeger': ({ name, service }) => [
    service(`${name}-query`, 16_686, 16_685),
    ...['collector', 'collector-headless'].map((role) =>
      service(`${name}-${role}`, 4317, 4318, 9411, 14_250, 14_267, 14_268),
    ),
  ],
  'opentelemetry.io/OpenTelemetryCollector': collector,
};

/** Keys by `data`, and by the template where there is one; `dataFrom` brings whatever the store has. */
function externalSecret({ object, name, secret: make }: Product): Named[] {
  const target = textAt(object, 'spec', 'target', 'name') ?? name;
  const template = fieldsAt(object, 'spec', 'target', 'template');
  const templated = Object.keys(fieldsAt(template, 'data'));
  const own = listAt(object, 'spec', 'data').flatMap((entry) => textAt(entry, 'secretKey') ?? []);
  const isOpen = listAt(object, 'spec', 'dataFrom').length > 0 && templated.length === 0;
  if (isOpen || listAt(template, 'templateFrom').length > 0) return [make(target)];
  const merged = textAt(template, 'mergePolicy') === 'Merge' ? [...own, ...templated] : templated;
  return [make(target, ...(templated.length > 0 ? merged : own))];
}

function issuer({ object, secret: make }: Product): Named[] {
  const account = textAt(object, 'spec', 'acme', 'privateKeySecretRef', 'name');
  return account === undefined ? [] : [make(account, 'tls.key')];
}

const isInside = ({ type }: JsonObject): boolean => type === 'internal';

function kafka({ object, name, service, secret: make }: Product): Named[] {
  const listeners = listAt(object, 'spec', 'kafka', 'listeners');
  const ports = listeners.filter(isInside).flatMap((listener) => numberAt(listener, 'port') ?? []);
  return [
    service(`${name}-kafka-bootstrap`, ...ports),
    service(`${name}-kafka-brokers`, ...ports),
    ...listeners
      .filter((listener) => !isInside(listener))
      .map((listener) =>
        service(
          `${name}-kafka-${textAt(listener, 'name') ?? ''}-bootstrap`,
          ...[numberAt(listener, 'port') ?? []].flat(),
        ),
      ),
    ...(at(object, 'spec', 'cruiseControl') === undefined ? [] : [service(`${name}-cruise-control`, 9090)]),
    ...['cluster', 'clients'].flatMap((of) => [
      make(`${name}-${of}-ca-cert`, 'ca.crt', 'ca.p12', 'ca.password'),
      make(`${name}-${of}-ca`, 'ca.key'),
    ]),
  ];
}

function mongo({ object, name, service, secret: make }: Product): Named[] {
  const replicaSets = listAt(object, 'spec', 'replsets').map((set) => textAt(set, 'name') ?? '');
  return [
    ...[...replicaSets, 'mongos', 'cfg'].map((role) => service(`${name}-${role}`, 27_017)),
    make(textAt(object, 'spec', 'secrets', 'users') ?? `${name}-secrets`),
    make(`internal-${name}-users`),
    make(textAt(object, 'spec', 'secrets', 'keyFile') ?? `${name}-mongodb-keyfile`),
    make(textAt(object, 'spec', 'secrets', 'encryptionKey') ?? `${name}-mongodb-encryption-key`),
    ...['ssl', 'ssl-internal'].map((role) => make(`${name}-${role}`, 'ca.crt', 'tls.crt', 'tls.key')),
  ];
}

/** The operator opens the ports of the receivers; the names of those are the receivers' and protocols'. */
function collector({ object, name, namespace, service }: Product): Named[] {
  const found: number[] = [];
  const endpoints = JSON.stringify(at(object, 'spec', 'config') ?? {}).matchAll(/"endpoint":"[^"]*:(\d+)"/g);
  for (const [, port] of endpoints) found.push(Number(port));
  const receivers = fieldsAt(object, 'spec', 'config', 'receivers');
  // OTLP listens on these unless it is told otherwise.
  if ('otlp' in receivers) found.push(4317, 4318);
  const ports = listAt(object, 'spec', 'ports').flatMap((port) => numberAt(port, 'port') ?? []);
  return [
    ...['collector', 'collector-headless'].map((role) => service(`${name}-${role}`, ...found, ...ports)),
    service(`${name}-collector-monitoring`, 8888, 'monitoring'),
    { kind: 'ServiceAccount', namespace, name: `${name}-collector` },
  ];
}
