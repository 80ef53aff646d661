import { mapAt, numberAt, textAt } from '../../../rendered/fields.ts';
import { groupKindOf, type KubernetesObject, type Manifest } from '../../manifest.ts';

/** Pods that are not written down here, by the labels that their operator documents. */
export type LabelledPods = { readonly namespace: string; readonly labels: Readonly<Record<string, string>> };

type Labels = Readonly<Record<string, string>>;

/** The labels of the pods that an operator makes of an object; those that it also sets by number are left out. */
export function operatorPodsOf({ object }: Manifest): readonly LabelledPods[] {
  const { name, namespace = '' } = object.metadata;
  return (makers[groupKindOf(object)]?.(name, object) ?? []).map((labels) => ({ namespace, labels }));
}

const managedBy = (operator: string, instance: string, ...components: readonly string[]): Labels[] =>
  components.map((component) => ({
    'app.kubernetes.io/managed-by': operator,
    'app.kubernetes.io/instance': instance,
    'app.kubernetes.io/component': component,
  }));

const stackGresPods = (cluster: string, object: KubernetesObject): Labels => ({
  app: 'StackGresCluster',
  'stackgres.io/cluster-name': cluster,
  'stackgres.io/cluster': 'true',
  ...mapAt(object, 'spec', 'metadata', 'labels', 'allResources'),
  ...mapAt(object, 'spec', 'metadata', 'labels', 'clusterPods'),
});

const makers: Readonly<Record<string, (name: string, object: KubernetesObject) => readonly Labels[]>> = {
  'kafka.strimzi.io/Kafka': (name) =>
    ['kafka', 'entity-operator', 'cruise-control', 'kafka-exporter'].map((part) => ({
      'strimzi.io/cluster': name,
      'strimzi.io/kind': 'Kafka',
      'strimzi.io/name': `${name}-${part}`,
      'app.kubernetes.io/name': part,
      'app.kubernetes.io/instance': name,
    })),
  'kafka.strimzi.io/KafkaMirrorMaker2': (name) => [
    {
      'strimzi.io/cluster': name,
      'strimzi.io/kind': 'KafkaMirrorMaker2',
      'strimzi.io/name': `${name}-mirrormaker2`,
      'app.kubernetes.io/name': 'kafka-mirror-maker-2',
      'app.kubernetes.io/instance': name,
    },
  ],
  'kafka.strimzi.io/KafkaNodePool': (name, object) => {
    const cluster = mapAt(object, 'metadata', 'labels')['strimzi.io/cluster'] ?? '';
    return [
      {
        'strimzi.io/cluster': cluster,
        'strimzi.io/kind': 'Kafka',
        'strimzi.io/name': `${cluster}-kafka`,
        'strimzi.io/pool-name': name,
        'app.kubernetes.io/name': 'kafka',
        'app.kubernetes.io/instance': cluster,
        ...mapAt(object, 'spec', 'template', 'pod', 'metadata', 'labels'),
      },
    ];
  },
  'stackgres.io/SGCluster': (name, object) => [stackGresPods(name, object)],
  // Each is a cluster of its own; the name of the whole stands on none of the pods.
  'stackgres.io/SGShardedCluster': (name, object) => {
    const shards = numberAt(object, 'spec', 'shards', 'clusters') ?? 0;
    const names = ['coord', ...Array.from({ length: shards }, (_, index) => `shard${index}`)];
    return names.map((part) => stackGresPods(`${name}-${part}`, object));
  },
  'postgresql.cnpg.io/Cluster': (name, object) => [
    {
      'cnpg.io/cluster': name,
      'cnpg.io/podRole': 'instance',
      ...mapAt(object, 'spec', 'inheritedMetadata', 'labels'),
    },
  ],
  'postgresql.cnpg.io/Pooler': (name, object) => [
    {
      'cnpg.io/poolerName': name,
      'cnpg.io/podRole': 'pooler',
      ...mapAt(object, 'spec', 'template', 'metadata', 'labels'),
    },
  ],
  // Istio's, where it makes the pods: Kong's Gateway has those of a Deployment, a remote one is in another cluster.
  'gateway.networking.k8s.io/Gateway': (name, object) => {
    const className = textAt(object, 'spec', 'gatewayClassName') ?? '';
    if (className !== 'istio-east-west') return [];
    return [
      {
        'gateway.networking.k8s.io/gateway-name': name,
        'gateway.networking.k8s.io/gateway-class-name': className,
      },
    ];
  },
  'psmdb.percona.com/PerconaServerMongoDB': (name) =>
    managedBy('percona-server-mongodb-operator', name, 'mongod', 'mongos', 'cfg').map((labels) => ({
      ...labels,
      'app.kubernetes.io/name': 'percona-server-mongodb',
      'app.kubernetes.io/part-of': 'percona-server-mongodb',
    })),
  'redis.redis.opstreelabs.in/RedisCluster': (name, object) =>
    ['leader', 'follower'].map((role) => ({
      app: `${name}-${role}`,
      role,
      redis_setup_type: 'cluster',
      ...mapAt(object, 'metadata', 'labels'),
    })),
  'redis.redis.opstreelabs.in/RedisReplication': (name, object) => [
    {
      app: name,
      role: 'replication',
      redis_setup_type: 'replication',
      ...mapAt(object, 'metadata', 'labels'),
    },
  ],
  'elasticsearch.k8s.elastic.co/Elasticsearch': (name) => [
    { 'common.k8s.elastic.co/type': 'elasticsearch', 'elasticsearch.k8s.elastic.co/cluster-name': name },
  ],
  'kibana.k8s.elastic.co/Kibana': (name) => [
    { 'common.k8s.elastic.co/type': 'kibana', 'kibana.k8s.elastic.co/name': name },
  ],
  'jaegertracing.io/Jaeger': (name) =>
    ['collector', 'query'].map((component) => ({
      app: 'jaeger',
      'app.kubernetes.io/name': `${name}-${component}`,
      'app.kubernetes.io/instance': name,
      'app.kubernetes.io/component': component,
      'app.kubernetes.io/part-of': 'jaeger',
      'app.kubernetes.io/managed-by': 'jaeger-operator',
    })),
  'opentelemetry.io/OpenTelemetryCollector': (name) => [
    {
      'app.kubernetes.io/name': `${name}-collector`,
      'app.kubernetes.io/component': 'opentelemetry-collector',
      'app.kubernetes.io/managed-by': 'opentelemetry-operator',
      'app.kubernetes.io/part-of': 'opentelemetry',
    },
  ],
};
