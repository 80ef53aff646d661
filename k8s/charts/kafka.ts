import type { Chart } from 'cdk8s';
import { topics } from '../../contracts/topics.ts';
import { customObject, inWave, keepOnPrune } from '../custom-object.ts';
import { kafkaNames } from '../names.ts';
import { namespaces, type Place } from '../place.ts';
import { addMirror } from './kafka-mirror.ts';
import { addKafkaUsers } from './kafka-users.ts';
import { onDataNodes, requestsAndLimits } from './data-parts.ts';

const apiVersion = 'kafka.strimzi.io/v1';
const dayMs = 86_400_000;

/** The region's brokers, topics, users and mirrors, by Strimzi; a managed Kafka is ordered through Crossplane. */
export function addKafka(chart: Chart, place: Place): void {
  const { region } = place;
  if (region.kafka.kind === 'strimzi') {
    addCluster(chart, place, region.kafka);
    addTopics(chart, place);
    addKafkaUsers(chart, place);
    addMirror(chart, place, region.kafka);
  } else {
    addManaged(chart, place, region.kafka);
  }
}

type Kind<Name extends string> = Extract<Place['region']['kafka'], { kind: Name }>;

function addCluster(chart: Chart, { environment }: Place, kafka: Kind<'strimzi'>): void {
  const annotations = { ...inWave('data'), ...keepOnPrune };
  const labels = { 'strimzi.io/cluster': kafkaNames.cluster };
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
      labels,
      annotations,
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
        template: { pod: onDataNodes() },
      },
    });
  }
  const { replicationFactor, minInsyncReplicas, retentionDays, compression } = environment.topics;
  const isBalanced = kafka.brokers > 1;
  customObject(chart, 'cluster', {
    apiVersion,
    kind: 'Kafka',
    name: kafkaNames.cluster,
    namespace: namespaces.data,
    annotations,
    spec: {
      kafka: {
        version: '4.3.1',
        listeners: [
          {
            name: 'tls',
            port: kafkaNames.port,
            type: 'internal',
            tls: true,
            authentication: { type: 'tls' },
          },
        ],
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
          'compression.type': compression,
        },
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
    labels,
    annotations: inWave('access'),
    spec: {
      mode: 'full',
      goals: ['RackAwareGoal', 'DiskCapacityGoal', 'CpuCapacityGoal', 'ReplicaDistributionGoal'],
    },
  });
}

function addTopics(chart: Chart, { environment }: Place): void {
  const { replicationFactor, minInsyncReplicas, retentionDays, compression } = environment.topics;
  for (const { name } of Object.values(topics)) {
    customObject(chart, name, {
      apiVersion,
      kind: 'KafkaTopic',
      name,
      namespace: namespaces.data,
      labels: { 'strimzi.io/cluster': kafkaNames.cluster },
      annotations: { ...inWave('access'), ...keepOnPrune },
      spec: {
        partitions: environment.partitions,
        replicas: replicationFactor,
        config: {
          'retention.ms': retentionDays * dayMs,
          'min.insync.replicas': minInsyncReplicas,
          'compression.type': compression,
        },
      },
    });
  }
}

/** MSK by the AWS provider of Crossplane; Confluent Cloud by that of Confluent. Their CRDs are not among those that are checked. */
function addManaged(chart: Chart, place: Place, kafka: Kind<'msk'> | Kind<'confluent-cloud'>): void {
  const { region, environment } = place;
  const name = `${environment.name}-${region.name}-events`;
  const annotations = { ...inWave('data'), ...keepOnPrune };
  if (kafka.kind === 'msk') {
    customObject(chart, 'cluster', {
      apiVersion: 'kafka.aws.upbound.io/v1beta3',
      kind: 'Cluster',
      name,
      annotations,
      spec: {
        forProvider: {
          region: region.cloudRegion,
          clusterName: name,
          kafkaVersion: '3.9.x',
          numberOfBrokerNodes: kafka.brokers,
          brokerNodeGroupInfo: {
            instanceType: kafka.instanceType,
            storageInfo: { ebsStorageInfo: { volumeSize: kafka.storageGiB } },
          },
        },
      },
    });
  } else {
    customObject(chart, 'cluster', {
      apiVersion: 'confluent.crossplane.io/v1alpha1',
      kind: 'KafkaCluster',
      name,
      annotations,
      spec: { forProvider: { region: region.cloudRegion, dedicated: { cku: kafka.cku } } },
    });
  }
}

function heap(memoryGiB: number): string {
  return `${Math.min(6144, Math.floor(memoryGiB * 512))}m`;
}
