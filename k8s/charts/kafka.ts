import type { Chart } from 'cdk8s';
import { customObject, inWave, keepOnPrune } from '../custom-object.ts';
import { kafkaUsersOf, type KafkaUser } from '../kafka-rights.ts';
import { settingsOf, topicsOf } from '../kafka-topics.ts';
import { kafkaNames } from '../names.ts';
import { namespaces, type Place } from '../place.ts';
import { addCluster } from './kafka-cluster.ts';
import { addManagedKafka } from './kafka-managed.ts';

const apiVersion = 'kafka.strimzi.io/v1';
const ofCluster = { 'strimzi.io/cluster': kafkaNames.cluster };

/** The region's brokers, topics and users: by Strimzi, or of a managed Kafka. */
export function addKafka(chart: Chart, place: Place): void {
  const { kafka } = place.region;
  if (kafka.kind === 'strimzi') {
    addCluster(chart, place, kafka);
    addTopics(chart, place);
    for (const user of kafkaUsersOf(place)) addUser(chart, user);
  } else {
    addManagedKafka(chart, place, kafka);
  }
}

function addTopics(chart: Chart, place: Place): void {
  for (const topic of topicsOf(place)) {
    const { name, role, partitions } = topic;
    customObject(chart, name, {
      apiVersion,
      kind: 'KafkaTopic',
      name,
      namespace: namespaces.data,
      labels: { ...ofCluster, 'meridian.example/topic': role },
      annotations: { ...inWave('access'), ...keepOnPrune },
      spec: {
        partitions,
        replicas: place.environment.topics.replicationFactor,
        config: settingsOf(topic, place),
      },
    });
  }
}

/** In the namespace of the programs, which mount the certificate that Strimzi makes. */
function addUser(chart: Chart, { name, rights }: KafkaUser): void {
  customObject(chart, `user-${name}`, {
    apiVersion,
    kind: 'KafkaUser',
    name,
    namespace: namespaces.programs,
    labels: ofCluster,
    annotations: inWave('access'),
    spec: {
      authentication: { type: 'tls' },
      authorization: {
        type: 'simple',
        acls: rights.map((right) => ({ type: 'allow', host: '*', ...right })),
      },
    },
  });
}
