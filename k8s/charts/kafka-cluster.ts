import type { Chart } from 'cdk8s';
import { customObject, inWave, keepOnPrune } from '../custom-object.ts';
import { kafkaNames } from '../names.ts';
import { namespaces, type Place } from '../place.ts';
import { onDataNodes, requestsAndLimits } from './data-parts.ts';
import { listenersOf } from './kafka-listeners.ts';

const apiVersion = 'kafka.strimzi.io/v1';
const minutesOfDay = 1440;
const dayMs = minutesOfDay * 60_000;

/**
 * Whether copies are in step, what comes and goes by topic, and how busy a node is; the JVM's come by themselves. Each
 * pattern is for a whole name and has no comma, at which the reporter would cut it. Left out is what has a series a partition,
 * and of the 90 kinds of requests all but how long they take.
 */
const brokerMetrics = [
  'kafka_controller_.*',
  'kafka_server_(replicamanager|brokertopicmetrics|kafkarequesthandlerpool|raft_metrics|socket_server_metrics)_.*',
  'kafka_network_(requestchannel|socketserver)_.*',
  'kafka_network_requestmetrics_totaltimems.*',
];

type Strimzi = Extract<Place['region']['kafka'], { kind: 'strimzi' }>;

/** Brokers and KRaft controllers over the zones, and what Strimzi runs beside them. */
export function addCluster(chart: Chart, place: Place, kafka: Strimzi): void {
  addPools(chart, kafka);
  const { replicationFactor, minInsyncReplicas, retentionDays, compression } = place.environment.topics;
  const isBalanced = kafka.brokers > 1;
  customObject(chart, 'cluster', {
    apiVersion,
    kind: 'Kafka',
    name: kafkaNames.cluster,
    namespace: namespaces.data,
    annotations: { ...inWave('data'), ...keepOnPrune },
    spec: {
      kafka: {
        version: '4.3.1',
        listeners: listenersOf(place),
        authorization: { type: 'simple' },
        rack: { topologyKey: 'topology.kubernetes.io/zone' },
        config: {
          'auto.create.topics.enable': false,
          'default.replication.factor': replicationFactor,
          'min.insync.replicas': minInsyncReplicas,
          'offsets.topic.replication.factor': replicationFactor,
          'transaction.state.log.replication.factor': replicationFactor,
          'transaction.state.log.min.isr': minInsyncReplicas,
          'share.coordinator.state.topic.replication.factor': replicationFactor,
          'share.coordinator.state.topic.min.isr': minInsyncReplicas,
          'log.retention.ms': retentionDays * dayMs,
          // A group that was away for less than the messages live goes on where it was.
          'offsets.retention.minutes': retentionDays * minutesOfDay,
          'compression.type': compression,
        },
        metricsConfig: { type: 'strimziMetricsReporter', values: { allowList: brokerMetrics } },
      },
      // Users belong to the namespace of the programs that mount their certificates.
      entityOperator: {
        topicOperator: { watchedNamespace: namespaces.data },
        userOperator: { watchedNamespace: namespaces.programs },
      },
      // Strimzi refuses a cluster of one broker that has it: there is nothing to balance.
      ...(isBalanced ? { cruiseControl: {} } : {}),
      kafkaExporter: { topicRegex: '.*', groupRegex: '.*' },
    },
  });
  if (!isBalanced) return;
  customObject(chart, 'rebalance', {
    apiVersion,
    kind: 'KafkaRebalance',
    name: kafkaNames.cluster,
    namespace: namespaces.data,
    labels: { 'strimzi.io/cluster': kafkaNames.cluster },
    annotations: inWave('access'),
    // Cruise Control's own goals: a list that leaves one of the hard ones out is refused. A person approves the proposal.
    spec: { mode: 'full' },
  });
}

function addPools(chart: Chart, kafka: Strimzi): void {
  const pools = [
    {
      name: 'brokers',
      replicas: kafka.brokers,
      node: kafka.broker,
      role: 'broker',
      storageGiB: kafka.storageGiB,
    },
    {
      name: 'controllers',
      replicas: kafka.controllers,
      node: kafka.controller,
      role: 'controller',
      storageGiB: 20,
    },
  ];
  for (const { name, replicas, node, role, storageGiB } of pools) {
    customObject(chart, name, {
      apiVersion,
      kind: 'KafkaNodePool',
      name,
      namespace: namespaces.data,
      labels: { 'strimzi.io/cluster': kafkaNames.cluster },
      annotations: { ...inWave('data'), ...keepOnPrune },
      spec: {
        replicas,
        roles: [role],
        resources: requestsAndLimits(node),
        // Half for the heap at most; the rest is the page cache, which serves the consumers.
        jvmOptions: { '-Xms': heap(node.memoryGiB), '-Xmx': heap(node.memoryGiB) },
        storage: {
          type: 'jbod',
          volumes: [
            {
              id: 0,
              type: 'persistent-claim',
              size: `${storageGiB}Gi`,
              class: kafka.storageClass,
              deleteClaim: false,
              kraftMetadata: 'shared',
            },
          ],
        },
        template: {
          pod: {
            ...onDataNodes(),
            ...(replicas > 1 ? { topologySpreadConstraints: [overZones(name)] } : {}),
          },
        },
      },
    });
  }
}

/** Racks spread the copies over the zones in which brokers are: they have to be in all of them. */
function overZones(pool: string): Record<string, unknown> {
  return {
    topologyKey: 'topology.kubernetes.io/zone',
    maxSkew: 1,
    whenUnsatisfiable: 'DoNotSchedule',
    labelSelector: {
      matchLabels: { 'strimzi.io/cluster': kafkaNames.cluster, 'strimzi.io/pool-name': pool },
    },
  };
}

function heap(memoryGiB: number): string {
  return `${Math.min(6144, Math.floor(memoryGiB * 512))}m`;
}
