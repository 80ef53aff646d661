import { environmentNamed } from '../../environments/index.ts';
import { defineEnvironment, type Environment, type Region } from '../../environments/schema.ts';

type Change = (region: Region) => Partial<Region>;

export const aurora: Change = () => ({
  database: {
    kind: 'aurora-global',
    instanceClass: 'db.r7g.2xlarge',
    readReplicas: 10,
    primaryRegion: 'us-east',
    backup: { retentionDays: 30, window: '03:00-04:00' },
  },
});

export const shards: Change = ({ name }) => ({
  database: {
    kind: 'sharded',
    shards: 50,
    instancesPerShard: 2,
    node: { cpu: 2, memoryGiB: 8 },
    storageGiB: 100,
    storageClass: 'meridian-ssd',
    pooler: { replicas: 2, node: { cpu: 0.5, memoryGiB: 0.5 }, poolSize: 100 },
    router: {
      image: `ghcr.io/pgdogdev/pgdog@sha256:${'0'.repeat(64)}`,
      replicas: 4,
      node: { cpu: 4, memoryGiB: 4 },
      poolSize: 50,
    },
    backup: { schedule: '0 3 * * *', retentionDays: 30, bucket: `backups-${name}-postgres` },
  },
});

export const atlas: Change = () => ({
  mongo: { kind: 'atlas', projectId: '0123456789abcdef01234567', shards: 12, instanceSize: 'M50' },
});

/** An environment, production unless given, with other data systems in the regions that have their own. */
export function changed(change: Change, environment = environmentNamed('production')): Environment {
  // A region that is no home has no database of its own, whatever its form.
  const [first, ...rest] = environment.regions.map((region): Region => {
    const { database = region.database, ...others } = change(region);
    return { ...region, ...others, database: region.database.kind === 'remote' ? region.database : database };
  });
  return defineEnvironment({ ...environment, regions: [first!, ...rest] });
}
