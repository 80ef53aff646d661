import type { Chart } from 'cdk8s';
import { customObject, inWave, keepOnPrune, type CustomObject } from '../custom-object.ts';
import { postgresNames } from '../names.ts';
import { namespaces, type Place } from '../place.ts';
import { dataNodes } from './data-parts.ts';

type Citus = Extract<Place['region']['database'], { kind: 'citus' }>;
const { cluster } = postgresNames;

/** Citus by StackGres: a coordinator, its workers, PgBouncer before each, backups with a log to any point in time. */
export function addCitus(chart: Chart, { region }: Place, database: Citus): void {
  const stackgres = (
    id: string,
    kind: string,
    spec: CustomObject['spec'],
    apiVersion: CustomObject['apiVersion'] = 'stackgres.io/v1',
  ): void =>
    void customObject(chart, id, {
      apiVersion,
      kind,
      name: cluster,
      namespace: namespaces.data,
      annotations: { ...inWave('data'), ...keepOnPrune },
      spec,
    });
  stackgres('size', 'SGInstanceProfile', {
    cpu: String(database.node.cpu),
    memory: `${database.node.memoryGiB}Gi`,
  });
  stackgres('settings', 'SGPostgresConfig', {
    postgresVersion: '16',
    'postgresql.conf': {
      'citus.max_cached_conns_per_worker': '16',
      idle_in_transaction_session_timeout: '60s',
      statement_timeout: '60s',
    },
  });
  stackgres('pooling', 'SGPoolingConfig', {
    pgBouncer: {
      'pgbouncer.ini': {
        // No session state is used (docs/architecture.md), so a connection serves many clients.
        pgbouncer: {
          pool_mode: 'transaction',
          default_pool_size: String(database.poolSize),
          max_client_conn: String(database.poolSize * 10),
        },
      },
    },
  });
  stackgres(
    'archive',
    'SGObjectStorage',
    {
      type: 's3',
      s3: {
        bucket: database.backup.bucket,
        region: region.cloudRegion,
        awsCredentials: { useIAMRole: true },
      },
    },
    'stackgres.io/v1beta1',
  );
  const part = {
    sgInstanceProfile: cluster,
    configurations: { sgPostgresConfig: cluster, sgPoolingConfig: cluster },
    pods: {
      persistentVolume: { size: `${database.storageGiB}Gi`, storageClass: database.storageClass },
      scheduling: { ...dataNodes },
    },
  };
  stackgres(
    'cluster',
    'SGShardedCluster',
    {
      type: 'citus',
      database: postgresNames.database,
      profile: 'production',
      metadata: { labels: { clusterPods: { ...postgresNames.podLabels } } },
      postgres: { version: '16', extensions: [{ name: 'citus' }] },
      // One instance a node has no standby: then nothing can be synchronous.
      replication: { mode: database.instancesPerNode > 1 ? 'sync' : 'async' },
      coordinator: { instances: database.coordinators * database.instancesPerNode, ...part },
      shards: { clusters: database.workers, instancesPerCluster: database.instancesPerNode, ...part },
      configurations: {
        backups: [
          {
            sgObjectStorage: cluster,
            cronSchedule: database.backup.schedule,
            retention: database.backup.retentionDays,
            compression: 'lz4',
          },
        ],
      },
    },
    'stackgres.io/v1alpha1',
  );
}
