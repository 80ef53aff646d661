import type { Chart } from 'cdk8s';
import { customObject, inWave, keepOnPrune } from '../custom-object.ts';
import { postgresNames } from '../names.ts';
import { namespaces, type Place } from '../place.ts';
import { dataNodes, requestsAndLimits } from './data-parts.ts';

type Sharded = Extract<Place['region']['database'], { kind: 'sharded' }>;

/** Fifty and more plain PostgreSQL clusters by CloudNativePG, each behind a PgBouncer of its own. */
export function addShards(chart: Chart, { region }: Place, database: Sharded): void {
  const annotations = { ...inWave('data'), ...keepOnPrune };
  for (let shard = 0; shard < database.shards; shard += 1) {
    const name = `${postgresNames.cluster}-${String(shard).padStart(2, '0')}`;
    customObject(chart, name, {
      apiVersion: 'postgresql.cnpg.io/v1',
      kind: 'Cluster',
      name,
      namespace: namespaces.data,
      annotations,
      spec: {
        instances: database.instancesPerShard,
        inheritedMetadata: { labels: { ...postgresNames.podLabels } },
        imageName: 'ghcr.io/cloudnative-pg/postgresql:16.6',
        resources: requestsAndLimits(database.node),
        storage: { size: `${database.storageGiB}Gi`, storageClass: database.storageClass },
        affinity: { nodeSelector: dataNodes.nodeSelector, tolerations: dataNodes.tolerations },
        bootstrap: { initdb: { database: postgresNames.database, owner: postgresNames.user } },
        backup: {
          retentionPolicy: `${database.backup.retentionDays}d`,
          barmanObjectStore: {
            destinationPath: `s3://${database.backup.bucket}/${region.name}/${name}`,
            s3Credentials: { inheritFromIAMRole: true },
            wal: { compression: 'lz4' },
          },
        },
      },
    });
    customObject(chart, `${name}-backup`, {
      apiVersion: 'postgresql.cnpg.io/v1',
      kind: 'ScheduledBackup',
      name,
      namespace: namespaces.data,
      annotations,
      // Six fields: CloudNativePG begins with seconds.
      spec: { schedule: `0 ${database.backup.schedule}`, cluster: { name } },
    });
    customObject(chart, `${name}-pooler`, {
      apiVersion: 'postgresql.cnpg.io/v1',
      kind: 'Pooler',
      name: `${name}-pooler`,
      namespace: namespaces.data,
      annotations: inWave('access'),
      spec: {
        cluster: { name },
        instances: database.pooler.replicas,
        type: 'rw',
        pgbouncer: {
          poolMode: 'transaction',
          parameters: {
            default_pool_size: String(database.pooler.poolSize),
            max_client_conn: String(database.pooler.poolSize * 10),
          },
        },
        template: {
          metadata: { labels: { ...postgresNames.podLabels } },
          spec: {
            containers: [{ name: 'pgbouncer', resources: requestsAndLimits(database.pooler.node) }],
          },
        },
      },
    });
  }
}
