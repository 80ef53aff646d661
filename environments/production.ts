import { cloudflare, unroutable } from './addresses.ts';
import {
  exampleAccountId,
  exampleApiServer,
  exampleIdentityProvider,
  exampleMeshRoots,
  exampleNetwork,
  exampleZone,
} from './example-account.ts';
import { programsImage } from './image.ts';
import { criticalServices, serviceNames, storageClass, type NodePool, type RegionName } from './parts.ts';
import { defineEnvironment, type Region } from './schema.ts';

const dataNode = { cpu: 8, memoryGiB: 16 };
const disk = (storageGiB: number): { storageGiB: number; storageClass: string } => ({
  storageGiB,
  storageClass,
});

const backup = (
  schedule: string,
  region: RegionName,
  what: string,
): { schedule: string; retentionDays: number; bucket: string } => ({
  schedule,
  retentionDays: 30,
  bucket: `meridian-production-${region}-${what}`,
});

/** The figures of docs/system design: nodes of 8 CPU and 16 GiB, Redis nodes of 8 CPU and 32 GiB. */
const citus = (region: RegionName): Region['database'] => ({
  kind: 'citus',
  coordinators: 1,
  workers: 30,
  instancesPerNode: 1,
  node: dataNode,
  ...disk(500),
  poolSize: 400,
  backup: backup('0 3 * * *', region, 'postgres'),
});

const mongo = (region: RegionName): Region['mongo'] => ({
  kind: 'percona',
  shards: 12,
  homeShards: 9,
  replicas: 3,
  node: dataNode,
  configServers: 3,
  configServer: { cpu: 2, memoryGiB: 4 },
  routers: 6,
  router: { cpu: 2, memoryGiB: 4 },
  ...disk(500),
  backup: backup('0 4 * * *', region, 'mongo'),
});

const kafka = (brokers: number): Region['kafka'] => ({
  kind: 'strimzi',
  brokers,
  broker: dataNode,
  controllers: 3,
  controller: { cpu: 2, memoryGiB: 4 },
  mirror: { replicas: 3, node: { cpu: 2, memoryGiB: 4 } },
  ...disk(2000),
});

const redis = (shards: number, nodesPerShard = 3): Region['redis'] => ({
  shards,
  nodesPerShard,
  node: { cpu: 8, memoryGiB: 32 },
  maxMemoryGiB: 24,
  ...disk(64),
});

/** 8 CPU and 16 GiB at the most, as one instance of the design, and never less than a pod in each zone. */
const apiGateway: Region['apiGateway'] = {
  replicas: { min: 3, max: 8 },
  node: { cpu: 1, memoryGiB: 2 },
  limits: { nodes: 2, node: { cpu: 0.5, memoryGiB: 0.5 } },
};

/** What crosses is what a region cannot serve itself: all of one service of one region at its peak, at the most. */
const eastWest = (number: number, cloudRegion: string, prefix: string): Region['eastWest'] => ({
  apiServer: exampleApiServer(number, cloudRegion),
  addresses: [`${prefix}.240.10`, `${prefix}.241.10`, `${prefix}.242.10`],
  replicas: 3,
  node: { cpu: 1, memoryGiB: 1 },
});

/** For some 25 operators, Kibana, Jaeger and the collectors. */
const operatorNodes: Region['operatorNodes'] = { instanceType: 'm7i.2xlarge', nodes: 3, diskGiB: 100 };

const pools = (data: NodePool['limit'], programs: NodePool['limit']): Region['nodePools'] => [
  {
    name: 'data',
    purpose: 'data',
    capacity: ['reserved', 'on-demand'],
    reservedShare: 0.8,
    instanceFamilies: ['m7i', 'r7i'],
    limit: data,
  },
  {
    name: 'programs',
    purpose: 'programs',
    capacity: ['reserved', 'on-demand'],
    reservedShare: 0.4,
    instanceFamilies: ['m7g', 'c7g'],
    limit: programs,
  },
  {
    name: 'batch',
    purpose: 'batch',
    capacity: ['spot', 'on-demand'],
    reservedShare: 0,
    instanceFamilies: ['m7g', 'm6g', 'c7g', 'c6g'],
    limit: { cpu: 128, memoryGiB: 256 },
  },
];

/** The whole of a region: all services, its own streams, a standby elsewhere. */
function fullRegion(
  given: Pick<
    Region,
    'name' | 'role' | 'cloudRegion' | 'zones' | 'network' | 'identityProvider' | 'eastWest'
  > & {
    standby: RegionName;
    brokers: number;
    redisShards: number;
  },
): Region {
  const { brokers, redisShards, ...named } = given;
  return {
    ...named,
    cluster: `production-${given.name}`,
    services: [...serviceNames],
    home: given.name,
    database: citus(given.name),
    kafka: kafka(brokers),
    mongo: mongo(given.name),
    redis: redis(redisShards),
    apiGateway,
    programs: { cpu: 450, memoryGiB: 900 },
    operatorNodes,
    nodePools: pools({ cpu: 1000, memoryGiB: 2400 }, { cpu: 512, memoryGiB: 1024 }),
  };
}

/** Four regions with the figures of the system design. */
export const production = defineEnvironment({
  name: 'production',
  domain: 'meridian.example',
  account: { id: exampleAccountId, zoneId: exampleZone(1) },
  meshRoot: exampleMeshRoots.production,
  partitions: 100,
  topics: { replicationFactor: 3, minInsyncReplicas: 2, retentionDays: 30, compression: 'lz4' },
  replicas: null,
  scaling: { gateways: 'predictive', workers: 'lag', targetCpuPercent: 70, recommendMemory: true },
  images: { ...programsImage, requireDigest: true },
  secrets: { provider: 'aws-secrets-manager', prefix: 'meridian/production' },
  logLevel: 'info',
  traceSampleRatio: 0.01,
  kafkaCompression: 'lz4',
  apiLimits: { requestsPerMinute: 600, bodyMiB: 1, blockedAddresses: unroutable, trustedProxies: cloudflare },
  edgeWorker: {
    host: 'www.meridian.example',
    zone: 'meridian.example',
    compatibilityDate: '2026-01-15',
    rateLimitNamespace: '1003',
  },
  dns: { routing: 'latency', ttlSeconds: 60 },
  observability: {
    logDays: 14,
    traceDays: 7,
    elasticsearch: { nodes: 3, node: { cpu: 4, memoryGiB: 16 }, storageGiB: 500 },
    prometheus: { days: 15, node: { cpu: 4, memoryGiB: 16 }, storageGiB: 500 },
  },
  delivery: {
    follows: 'pins',
    waves: [['ap-southeast'], ['us-west'], ['eu-central', 'us-east']],
    progressDeadlineSeconds: 300,
  },
  regions: [
    fullRegion({
      name: 'us-east',
      role: 'primary',
      cloudRegion: 'us-east-1',
      zones: ['us-east-1a', 'us-east-1b', 'us-east-1c'],
      network: exampleNetwork(1, 3, { range: '10.16.0.0/16', loadBalancers: '10.16.240.0/22' }),
      identityProvider: exampleIdentityProvider(1, 'us-east-1'),
      eastWest: eastWest(1, 'us-east-1', '10.16'),
      standby: 'us-west',
      brokers: 15,
      redisShards: 6,
    }),
    fullRegion({
      name: 'us-west',
      role: 'secondary',
      cloudRegion: 'us-west-2',
      zones: ['us-west-2a', 'us-west-2b', 'us-west-2c'],
      network: exampleNetwork(2, 3, { range: '10.17.0.0/16', loadBalancers: '10.17.240.0/22' }),
      identityProvider: exampleIdentityProvider(2, 'us-west-2'),
      eastWest: eastWest(2, 'us-west-2', '10.17'),
      standby: 'us-east',
      brokers: 15,
      redisShards: 6,
    }),
    fullRegion({
      name: 'eu-central',
      role: 'tertiary',
      cloudRegion: 'eu-central-1',
      zones: ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'],
      network: exampleNetwork(3, 3, { range: '10.18.0.0/16', loadBalancers: '10.18.240.0/22' }),
      identityProvider: exampleIdentityProvider(3, 'eu-central-1'),
      eastWest: null,
      standby: 'us-east',
      brokers: 12,
      redisShards: 4,
    }),
    {
      name: 'ap-southeast',
      role: 'optional',
      cloudRegion: 'ap-southeast-1',
      zones: ['ap-southeast-1a', 'ap-southeast-1b', 'ap-southeast-1c'],
      network: exampleNetwork(4, 3, { range: '10.19.0.0/16', loadBalancers: '10.19.240.0/22' }),
      identityProvider: exampleIdentityProvider(4, 'ap-southeast-1'),
      eastWest: null,
      cluster: 'production-ap-southeast',
      services: [...criticalServices],
      home: 'us-west',
      standby: null,
      database: { kind: 'remote', region: 'us-west' },
      kafka: kafka(9),
      mongo: mongo('ap-southeast'),
      // The design's six nodes, as three pairs and not as two triples: a Redis Cluster wants three masters.
      redis: redis(3, 2),
      apiGateway,
      programs: { cpu: 250, memoryGiB: 500 },
      operatorNodes,
      nodePools: pools({ cpu: 560, memoryGiB: 1300 }, { cpu: 288, memoryGiB: 576 }),
    },
  ],
});
