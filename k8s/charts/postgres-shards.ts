import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { poolerClients } from '../../environments/parts.ts';
import { assuming } from '../cloud/roles.ts';
import { customObject, inWave, keepOnPrune } from '../custom-object.ts';
import { postgresNames } from '../names.ts';
import { namespaces, type Place } from '../place.ts';
import { dataNodes, overZones, requestsAndLimits } from './data-parts.ts';
import { addOwner } from './postgres-owner.ts';
import { addRouter } from './postgres-router.ts';
import { postgresSettings } from './postgres-settings.ts';

type Sharded = Extract<Place['region']['database'], { kind: 'sharded' }>;
const namespace = namespaces.data;

/** Fifty and more plain PostgreSQL clusters by CloudNativePG, each behind a PgBouncer of its own, and one router. */
export function addShards(chart: Chart, place: Place, database: Sharded): void {
  addOwner(chart, place);
  const names = Array.from(
    { length: database.shards },
    (_, shard) => `${postgresNames.cluster}-${String(shard).padStart(2, '0')}`,
  );
  for (const name of names) {
    addShard(chart, place, database, name);
    addPooler(chart, database, name);
  }
  addRouter(chart, place, database.router, names.map(poolerOf));
}

const poolerOf = (shard: string): string => `${shard}-pooler`;

function addShard(chart: Chart, place: Place, database: Sharded, name: string): void {
  const annotations = { ...inWave('data'), ...keepOnPrune };
  const { backup } = database;
  customObject(chart, name, {
    apiVersion: 'postgresql.cnpg.io/v1',
    kind: 'Cluster',
    name,
    namespace,
    annotations,
    spec: {
      instances: database.instancesPerShard,
      serviceAccountTemplate: { metadata: { annotations: assuming(place, 'postgres-backups') } },
      inheritedMetadata: { labels: { ...postgresNames.podLabels } },
      imageName: 'ghcr.io/cloudnative-pg/postgresql:16.6',
      resources: requestsAndLimits(database.node),
      storage: { size: `${database.storageGiB}Gi`, storageClass: database.storageClass },
      affinity: {
        ...dataNodes,
        enablePodAntiAffinity: true,
        podAntiAffinityType: 'preferred',
        topologyKey: 'topology.kubernetes.io/zone',
      },
      postgresql: { parameters: postgresSettings(database.node, poolOf(database)) },
      bootstrap: {
        initdb: {
          database: postgresNames.database,
          owner: postgresNames.user,
          secret: { name: postgresNames.ownerSecret },
          dataChecksums: true,
        },
      },
      backup: {
        retentionPolicy: `${backup.retentionDays}d`,
        barmanObjectStore: {
          destinationPath: `s3://${backup.bucket}/${name}`,
          s3Credentials: { inheritFromIAMRole: true },
          data: { compression: 'lz4', encryption: 'AES256' },
          // The log between two backups: any moment of the days kept can be recovered.
          wal: { compression: 'lz4', encryption: 'AES256', maxParallel: 4 },
        },
      },
    },
  });
  customObject(chart, `${name}-backup`, {
    apiVersion: 'postgresql.cnpg.io/v1',
    kind: 'ScheduledBackup',
    name,
    namespace,
    annotations,
    // Six fields: CloudNativePG begins with seconds.
    spec: { schedule: `0 ${backup.schedule}`, immediate: true, cluster: { name } },
  });
}

/** Server connections of all poolers of a shard. */
const poolOf = ({ pooler }: Sharded): number => pooler.replicas * pooler.poolSize;

function addPooler(chart: Chart, { pooler }: Sharded, cluster: string): void {
  const name = poolerOf(cluster);
  const selector = { 'cnpg.io/poolerName': name };
  customObject(chart, name, {
    apiVersion: 'postgresql.cnpg.io/v1',
    kind: 'Pooler',
    name,
    namespace,
    annotations: inWave('access'),
    spec: {
      cluster: { name: cluster },
      instances: pooler.replicas,
      type: 'rw',
      pgbouncer: {
        poolMode: 'transaction',
        parameters: {
          default_pool_size: String(pooler.poolSize),
          max_client_conn: String(pooler.poolSize * poolerClients),
          // The router's statements have names.
          max_prepared_statements: '500',
        },
      },
      template: {
        metadata: { labels: { ...postgresNames.podLabels } },
        spec: {
          ...dataNodes,
          topologySpreadConstraints: overZones(selector),
          containers: [{ name: 'pgbouncer', resources: requestsAndLimits(pooler.node) }],
        },
      },
    },
  });
  new k8s.KubePodDisruptionBudget(chart, `${name}-budget`, {
    metadata: {
      name,
      namespace,
      labels: { 'app.kubernetes.io/name': name },
      annotations: inWave('access'),
    },
    spec: { maxUnavailable: k8s.IntOrString.fromNumber(1), selector: { matchLabels: selector } },
  });
}
