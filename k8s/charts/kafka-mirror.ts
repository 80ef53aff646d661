import type { Chart } from 'cdk8s';
import type { Region } from '../../environments/schema.ts';
import { customObject } from '../custom-object.ts';
import { bootstrapOf, userKeys } from '../kafka-access.ts';
import { mirroredGroupsOf } from '../kafka-rights.ts';
import { crossingTopics, ledgerTopics, mirrorGroup, sourcesOf } from '../kafka-topics.ts';
import { kafkaNames } from '../names.ts';
import { namespaces, type Place } from '../place.ts';
import { onDataNodes, requestsAndLimits } from './data-parts.ts';

/** Copies the topics that cross regions from every other region into this one, as `<region>.<topic>`. */
export function addMirror(chart: Chart, place: Place): void {
  const { environment, region } = place;
  const sources = sourcesOf(place);
  if (sources.length === 0 || region.kafka.kind === 'confluent-cloud') return;
  const { mirror } = region.kafka;
  const { configs, status, offsets } = ledgerTopics.connect;
  customObject(chart, 'mirror', {
    apiVersion: 'kafka.strimzi.io/v1',
    kind: 'KafkaMirrorMaker2',
    name: kafkaNames.mirror,
    namespace: namespaces.data,
    spec: {
      version: '4.3.1',
      replicas: mirror.replicas,
      resources: requestsAndLimits(mirror.node),
      target: {
        ...connectionTo(region, place),
        groupId: mirrorGroup,
        configStorageTopic: configs,
        statusStorageTopic: status,
        offsetStorageTopic: offsets,
        config: Object.fromEntries(
          ['config', 'offset', 'status'].map((what) => [
            `${what}.storage.replication.factor`,
            environment.topics.replicationFactor,
          ]),
        ),
      },
      mirrors: sources.map((source) => mirrorOf(source, place)),
      // The recovery point of a region is what its standby's mirror has not yet copied.
      metricsConfig: { type: 'strimziMetricsReporter', values: { allowList: ['kafka_connect_.*'] } },
      template: { pod: { ...onDataNodes(), topologySpreadConstraints: [overZones] } },
    },
  });
}

function mirrorOf(source: Region, here: Place): Record<string, unknown> {
  const { environment } = here;
  const { replicationFactor, compression } = environment.topics;
  const groups = mirroredGroupsOf({ environment, region: source });
  const ledger = { 'offset-syncs.topic.location': 'target' };
  return {
    source: connectionTo(source, here),
    topicsPattern: crossingTopics.join('|'),
    ...(groups.length === 0 ? {} : { groupsPattern: groups.join('|') }),
    sourceConnector: {
      tasksMax: 8,
      autoRestart: { enabled: true },
      config: {
        ...ledger,
        'offset-syncs.topic.replication.factor': replicationFactor,
        'replication.factor': replicationFactor,
        'refresh.topics.interval.seconds': 60,
        // Copies are declared, and their rights are the users' own.
        'sync.topic.acls.enabled': false,
        'sync.topic.configs.enabled': false,
        ...(compression === 'producer' ? {} : { 'producer.override.compression.type': compression }),
      },
    },
    ...(groups.length === 0
      ? {}
      : {
          checkpointConnector: {
            tasksMax: 1,
            autoRestart: { enabled: true },
            config: {
              ...ledger,
              'checkpoints.topic.replication.factor': replicationFactor,
              'emit.checkpoints.interval.seconds': 5,
              'refresh.groups.interval.seconds': 60,
              // The groups of the same names are at work here: a takeover translates from the checkpoints.
              'sync.group.offsets.enabled': false,
            },
          },
        }),
  };
}

/** How the mirror of `here` reaches the brokers of a region, and shows itself as the user that is its own there. */
function connectionTo(there: Region, here: Place): Record<string, unknown> {
  const { name, kafka } = there;
  const user = kafkaNames.mirrorUser(here.region.name);
  if (kafka.kind !== 'strimzi') {
    const { certificate, key } = userKeys.msk;
    return {
      alias: name,
      bootstrapServers: bootstrapOf(there),
      // An empty list: the public authorities.
      tls: { trustedCertificates: [] },
      authentication: { type: 'tls', certificateAndKey: { secretName: user, certificate, key } },
    };
  }
  const isHere = name === here.region.name;
  const [authority, identity] = isHere
    ? [kafkaNames.clusterCaSecret, user]
    : [kafkaNames.sourceSecret(name), kafkaNames.sourceSecret(name)];
  const { certificate, key } = userKeys.strimzi;
  return {
    alias: name,
    bootstrapServers: isHere
      ? kafkaNames.bootstrap
      : `${kafkaNames.remoteHost(name, here.environment.domain)}:${kafkaNames.remotePort}`,
    tls: { trustedCertificates: [{ secretName: authority, certificate: 'ca.crt' }] },
    authentication: { type: 'tls', certificateAndKey: { secretName: identity, certificate, key } },
  };
}

/** No `rack`: what it reads is in another region, whose zones have other names. */
const overZones = {
  topologyKey: 'topology.kubernetes.io/zone',
  maxSkew: 1,
  whenUnsatisfiable: 'ScheduleAnyway',
  labelSelector: { matchLabels: { 'strimzi.io/cluster': kafkaNames.mirror } },
};
