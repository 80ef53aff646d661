import { unroutable } from './addresses.ts';
import { exampleAccountId, exampleIdentityProvider, exampleNetwork, exampleZone } from './example-account.ts';
import { programsImage } from './image.ts';
import { defineEnvironment } from './schema.ts';
import { smallRegion } from './small.ts';

/** One region with one of everything. */
export const dev = defineEnvironment({
  name: 'dev',
  domain: 'dev.meridian.example',
  account: { id: exampleAccountId, zoneId: exampleZone(21) },
  meshRoot: null,
  partitions: 12,
  topics: { replicationFactor: 1, minInsyncReplicas: 1, retentionDays: 2, compression: 'lz4' },
  replicas: { leastAtMost: 1, mostAtMost: 1 },
  scaling: { gateways: 'fixed', workers: 'fixed', targetCpuPercent: 70, recommendMemory: false },
  images: { ...programsImage, requireDigest: false },
  secrets: { provider: 'aws-secrets-manager', prefix: 'meridian/dev' },
  logLevel: 'debug',
  traceSampleRatio: 1,
  kafkaCompression: 'lz4',
  apiLimits: { requestsPerMinute: 6000, bodyMiB: 1, blockedAddresses: unroutable, trustedProxies: [] },
  edgeWorker: {
    host: 'www.dev.meridian.example',
    zone: 'meridian.example',
    compatibilityDate: '2026-01-15',
    rateLimitNamespace: '1001',
  },
  dns: { routing: 'single', ttlSeconds: 60 },
  observability: {
    logDays: 2,
    traceDays: 1,
    elasticsearch: { nodes: 1, node: { cpu: 1, memoryGiB: 4 }, storageGiB: 20 },
    prometheus: { days: 2, node: { cpu: 0.25, memoryGiB: 1 }, storageGiB: 20 },
  },
  delivery: { follows: 'main', waves: [], progressDeadlineSeconds: 300 },
  regions: [
    smallRegion({
      name: 'us-east',
      role: 'primary',
      cluster: 'dev-us-east',
      cloudRegion: 'us-east-1',
      zones: ['us-east-1a'],
      network: exampleNetwork(21, 1, { range: '10.48.0.0/16', loadBalancers: '10.48.240.0/22' }),
      identityProvider: exampleIdentityProvider(21, 'us-east-1'),
      standby: null,
      eastWest: null,
      bucketPrefix: 'meridian-dev',
      copies: 1,
      citusWorkers: 1,
      shards: 1,
    }),
  ],
});
