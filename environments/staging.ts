import { unroutable } from './addresses.ts';
import {
  exampleAccountId,
  exampleApiServer,
  exampleIdentityProvider,
  exampleMeshRoots,
  exampleNetwork,
  exampleZone,
} from './example-account.ts';
import { programsImage } from './image.ts';
import { defineEnvironment, type Region } from './schema.ts';
import { smallRegion } from './small.ts';

const eastWest = (number: number, cloudRegion: string, prefix: string): Region['eastWest'] => ({
  apiServer: exampleApiServer(number, cloudRegion),
  addresses: [`${prefix}.240.10`, `${prefix}.241.10`, `${prefix}.242.10`],
  replicas: 2,
  node: { cpu: 0.1, memoryGiB: 0.25 },
});

/** Two small regions: enough to mirror, to fail over and to promote in waves. */
export const staging = defineEnvironment({
  name: 'staging',
  domain: 'staging.meridian.example',
  account: { id: exampleAccountId, zoneId: exampleZone(11) },
  meshRoot: exampleMeshRoots.staging,
  partitions: 24,
  topics: { replicationFactor: 3, minInsyncReplicas: 2, retentionDays: 7, compression: 'lz4' },
  replicas: { leastAtMost: 2, mostAtMost: 4 },
  scaling: { gateways: 'reactive', workers: 'lag', targetCpuPercent: 70, recommendMemory: true },
  images: { ...programsImage, requireDigest: true },
  secrets: { provider: 'aws-secrets-manager', prefix: 'meridian/staging' },
  logLevel: 'info',
  traceSampleRatio: 0.1,
  kafkaCompression: 'lz4',
  apiLimits: { requestsPerMinute: 600, bodyMiB: 1, blockedAddresses: unroutable, trustedProxies: [] },
  edgeWorker: {
    host: 'www.staging.meridian.example',
    zone: 'meridian.example',
    compatibilityDate: '2026-01-15',
    rateLimitNamespace: '1002',
  },
  dns: { routing: 'latency', ttlSeconds: 60 },
  observability: {
    logDays: 7,
    traceDays: 3,
    elasticsearch: { nodes: 1, node: { cpu: 1, memoryGiB: 4 }, storageGiB: 50 },
    prometheus: { days: 7, node: { cpu: 0.5, memoryGiB: 2 }, storageGiB: 50 },
  },
  delivery: { follows: 'pins', waves: [['us-east', 'eu-central']], progressDeadlineSeconds: 300 },
  regions: [
    smallRegion({
      name: 'us-east',
      role: 'primary',
      cluster: 'staging-us-east',
      cloudRegion: 'us-east-1',
      zones: ['us-east-1a', 'us-east-1b', 'us-east-1c'],
      network: exampleNetwork(11, 3, { range: '10.32.0.0/16', loadBalancers: '10.32.240.0/22' }),
      identityProvider: exampleIdentityProvider(11, 'us-east-1'),
      standby: 'eu-central',
      eastWest: eastWest(11, 'us-east-1', '10.32'),
      bucketPrefix: 'meridian-staging-us-east',
      copies: 3,
      citusWorkers: 2,
      shards: 2,
    }),
    smallRegion({
      name: 'eu-central',
      role: 'secondary',
      cluster: 'staging-eu-central',
      cloudRegion: 'eu-central-1',
      zones: ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'],
      network: exampleNetwork(12, 3, { range: '10.33.0.0/16', loadBalancers: '10.33.240.0/22' }),
      identityProvider: exampleIdentityProvider(12, 'eu-central-1'),
      standby: 'us-east',
      eastWest: eastWest(12, 'eu-central-1', '10.33'),
      bucketPrefix: 'meridian-staging-eu-central',
      copies: 3,
      citusWorkers: 2,
      shards: 2,
    }),
  ],
});
