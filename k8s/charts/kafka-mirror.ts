import type { Chart } from 'cdk8s';
import { topics } from '../../contracts/topics.ts';
import { customObject, inWave } from '../custom-object.ts';
import { kafkaNames } from '../names.ts';
import { namespaces, type Place } from '../place.ts';
import { onDataNodes, requestsAndLimits } from './data-parts.ts';

/** Copies the topics that cross regions from every other region into this one, as `<region>.<topic>`. */
export function addMirror(
  chart: Chart,
  place: Place,
  { mirror }: Extract<Place['region']['kafka'], { kind: 'strimzi' }>,
): void {
  const { environment, region } = place;
  const others = environment.regions.filter(({ name }) => name !== region.name);
  if (others.length === 0) return;
  const crossing = Object.values(topics).filter(({ crossRegion }) => crossRegion);
  const connection = {
    tls: { trustedCertificates: [{ secretName: kafkaNames.mirrorCaSecret, pattern: '*.crt' }] },
    authentication: {
      type: 'tls',
      certificateAndKey: { secretName: kafkaNames.mirrorSecret, certificate: 'user.crt', key: 'user.key' },
    },
  };
  const once = { 'replication.factor': environment.topics.replicationFactor };
  customObject(chart, 'mirror', {
    apiVersion: 'kafka.strimzi.io/v1',
    kind: 'KafkaMirrorMaker2',
    name: 'mirror',
    namespace: namespaces.data,
    annotations: inWave('access'),
    spec: {
      version: '4.3.1',
      replicas: mirror.replicas,
      resources: requestsAndLimits(mirror.node),
      target: {
        alias: region.name,
        bootstrapServers: kafkaNames.bootstrap,
        groupId: 'mirror',
        configStorageTopic: 'mirror-configs',
        statusStorageTopic: 'mirror-status',
        offsetStorageTopic: 'mirror-offsets',
        ...connection,
        config: {
          'config.storage.replication.factor': environment.topics.replicationFactor,
          'offset.storage.replication.factor': environment.topics.replicationFactor,
          'status.storage.replication.factor': environment.topics.replicationFactor,
        },
      },
      mirrors: others.map(({ name }) => ({
        source: {
          alias: name,
          bootstrapServers: kafkaNames.remoteBootstrap(name, environment.domain),
          ...connection,
        },
        topicsPattern: crossing.map((topic) => topic.name).join('|'),
        groupsPattern: '.*',
        sourceConnector: {
          tasksMax: 8,
          config: { ...once, 'offset.lag.max': 0, 'refresh.topics.interval.seconds': 30 },
        },
        checkpointConnector: {
          tasksMax: 1,
          config: {
            'emit.checkpoints.interval.seconds': 1,
            'sync.group.offsets.enabled': true,
            'sync.group.offsets.interval.seconds': 1,
            'checkpoints.topic.replication.factor': environment.topics.replicationFactor,
          },
        },
      })),
      template: { pod: onDataNodes() },
    },
  });
}
