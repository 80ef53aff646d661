import { createHash } from 'node:crypto';
import type { Chart } from 'cdk8s';
import { customObject, inWave } from '../custom-object.ts';
import type { KafkaUser } from '../kafka-rights.ts';
import { kafkaNames } from '../names.ts';
import { namespaces, type Place } from '../place.ts';
import { keptUntilInstalled, untilInstalled } from './cloud-object.ts';

type Msk = Extract<Place['region']['kafka'], { kind: 'msk' }>;

/** Of Crossplane's AWS provider. */
const mskApi = 'kafka.aws.upbound.io/v1beta1';
const clusterApi = 'kafka.aws.upbound.io/v1beta3';
const issuer = 'kafka-clients';
const version = '3.9.x';
const minutesOfDay = 1440;

/** Brokers of MSK that take client certificates only, and the private authority that signs this region's. */
export function addMsk(chart: Chart, place: Place, kafka: Msk): void {
  const { region, environment } = place;
  const name = `${environment.name}-${region.name}-events`;
  const { serverProperties, settings } = settingsOf(place, name);
  customObject(chart, 'settings', {
    apiVersion: mskApi,
    kind: 'Configuration',
    name: settings,
    annotations: { ...inWave('data'), ...untilInstalled },
    spec: {
      forProvider: {
        region: region.cloudRegion,
        name: settings,
        kafkaVersions: [version],
        serverProperties,
      },
    },
  });
  customObject(chart, 'cluster', {
    apiVersion: clusterApi,
    kind: 'Cluster',
    name,
    annotations: { ...inWave('data'), ...keptUntilInstalled },
    spec: {
      forProvider: {
        region: region.cloudRegion,
        clusterName: name,
        kafkaVersion: version,
        numberOfBrokerNodes: kafka.brokers,
        configurationInfo: { arnRef: { name: settings }, revision: 1 },
        brokerNodeGroupInfo: {
          instanceType: kafka.instanceType,
          clientSubnets: kafka.subnets,
          securityGroups: kafka.securityGroups,
          storageInfo: { ebsStorageInfo: { volumeSize: kafka.storageGiB } },
        },
        clientAuthentication: { tls: { certificateAuthorityArns: authoritiesOf(place) } },
        encryptionInfo: { encryptionInTransit: { clientBroker: 'TLS', inCluster: true } },
      },
    },
  });
  customObject(chart, 'issuer', {
    apiVersion: 'awspca.cert-manager.io/v1beta1',
    kind: 'AWSPCAClusterIssuer',
    name: issuer,
    annotations: inWave('operatorsReady'),
    spec: { arn: kafka.certificateAuthorityArn, region: region.cloudRegion },
  });
}

/**
 * What brokers are told, under a name that changes with it: a cluster names a revision by its number, and would never hear of
 * the next one of the same name.
 */
function settingsOf({ environment }: Place, name: string): { serverProperties: string; settings: string } {
  const { replicationFactor, minInsyncReplicas, retentionDays } = environment.topics;
  const serverProperties = [
    'auto.create.topics.enable=false',
    `default.replication.factor=${replicationFactor}`,
    `min.insync.replicas=${minInsyncReplicas}`,
    `offsets.retention.minutes=${retentionDays * minutesOfDay}`,
    // MSK's own default is true: a broker that lags would lead, and what the others had acknowledged would be gone.
    'unclean.leader.election.enable=false',
  ].join('\n');
  const digest = createHash('sha256').update(serverProperties).digest('hex').slice(0, 8);
  return { serverProperties, settings: `${name}-${digest}` };
}

/** Its own, and those of the regions whose mirrors read here. */
function authoritiesOf({ environment }: Place): readonly string[] {
  return environment.regions.flatMap(({ kafka }) =>
    kafka.kind === 'msk' ? [kafka.certificateAuthorityArn] : [],
  );
}

/** The certificate of a user, beside the pods that show it; another region's mirror gets its own from that region. */
export function addMskUser(chart: Chart, { region }: Place, { name, role }: KafkaUser): void {
  if (role === 'mirror' && name !== kafkaNames.mirrorUser(region.name)) return;
  customObject(chart, `certificate-${name}`, {
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    name,
    namespace: role === 'mirror' ? namespaces.data : namespaces.programs,
    annotations: inWave('access'),
    spec: {
      secretName: name,
      commonName: name,
      usages: ['client auth'],
      duration: '2160h',
      renewBefore: '720h',
      // Strimzi's mirror reads keys of this form.
      privateKey: { algorithm: 'RSA', size: 2048, encoding: 'PKCS8', rotationPolicy: 'Always' },
      issuerRef: { group: 'awspca.cert-manager.io', kind: 'AWSPCAClusterIssuer', name: issuer },
    },
  });
}
