import { serviceNames, storageClass } from './parts.ts';
import type { Region } from './schema.ts';

const disk = { storageGiB: 20, storageClass };

/** A region with few and small nodes of everything: `copies` of each where production has three. */
export function smallRegion(
  given: Pick<
    Region,
    | 'name'
    | 'role'
    | 'cluster'
    | 'cloudRegion'
    | 'zones'
    | 'network'
    | 'identityProvider'
    | 'standby'
    | 'eastWest'
  > & {
    bucketPrefix: string;
    copies: number;
    citusWorkers: number;
    shards: number;
  },
): Region {
  const { bucketPrefix, copies, citusWorkers, shards, ...named } = given;
  const small = { cpu: 1, memoryGiB: 2 };
  const smaller = { cpu: 0.5, memoryGiB: 1 };
  const backup = (what: string): { schedule: string; retentionDays: number; bucket: string } => ({
    schedule: '0 3 * * *',
    retentionDays: 7,
    bucket: `${bucketPrefix}-${what}`,
  });
  return {
    ...named,
    services: [...serviceNames],
    home: given.name,
    database: {
      kind: 'citus',
      coordinators: 1,
      workers: citusWorkers,
      instancesPerNode: 1,
      node: small,
      ...disk,
      poolSize: 100,
      backup: backup('postgres'),
    },
    kafka: {
      kind: 'strimzi',
      brokers: copies,
      broker: small,
      controllers: copies,
      controller: smaller,
      mirror: { replicas: 1, node: smaller },
      ...disk,
    },
    mongo: {
      kind: 'percona',
      shards,
      homeShards: Math.ceil(shards / 2),
      replicas: copies,
      node: small,
      configServers: copies,
      configServer: smaller,
      routers: 1,
      router: smaller,
      ...disk,
      backup: backup('mongo'),
    },
    redis: {
      shards: 3,
      nodesPerShard: Math.min(copies, 2),
      node: { cpu: 0.5, memoryGiB: 1 },
      maxMemoryGiB: 0.75,
      ...disk,
    },
    apiGateway: {
      replicas: { min: Math.min(copies, 2), max: copies },
      node: small,
      limits: { nodes: 2, node: { cpu: 0.1, memoryGiB: 0.25 } },
    },
    programs: { cpu: 40, memoryGiB: 80 },
    operatorNodes: { instanceType: 'm7i.xlarge', nodes: Math.min(copies, 2), diskGiB: 50 },
    nodePools: [
      {
        name: 'data',
        purpose: 'data',
        capacity: ['on-demand'],
        reservedShare: 0,
        instanceFamilies: ['m7i'],
        limit: { cpu: 48, memoryGiB: 96 },
      },
      {
        name: 'programs',
        purpose: 'programs',
        capacity: ['spot', 'on-demand'],
        reservedShare: 0,
        instanceFamilies: ['m7g'],
        limit: { cpu: 48, memoryGiB: 96 },
      },
      {
        name: 'batch',
        purpose: 'batch',
        capacity: ['spot', 'on-demand'],
        reservedShare: 0,
        instanceFamilies: ['m7g'],
        limit: { cpu: 16, memoryGiB: 32 },
      },
    ],
  };
}
