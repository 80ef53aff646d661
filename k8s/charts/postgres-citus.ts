import type { Chart } from 'cdk8s';
import { poolerClients } from '../../environments/parts.ts';
import { assuming } from '../cloud/roles.ts';
import { customObject, inWave, keepOnPrune, type CustomObject } from '../custom-object.ts';
import { postgresNames } from '../names.ts';
import { namespaces, type Place } from '../place.ts';
import { dataNodes, overZones } from './data-parts.ts';
import { addGuestCertificate, guestServiceOf } from './postgres-guests.ts';
import { addOwner, ownerOnCitus } from './postgres-owner.ts';
import { postgresSettings } from './postgres-settings.ts';

type Citus = Extract<Place['region']['database'], { kind: 'citus' }>;
type Add = (
  id: string,
  kind: string,
  spec: CustomObject['spec'],
  apiVersion?: CustomObject['apiVersion'],
) => void;
const { cluster, database: databaseName, ownerSecret, podLabels, tlsSecret } = postgresNames;

/** Citus by StackGres: a coordinator, its workers, PgBouncer before each, backups with a log to any point in time. */
export function addCitus(chart: Chart, place: Place, database: Citus): void {
  const add: Add = (id, kind, spec, apiVersion = 'stackgres.io/v1') =>
    void customObject(chart, id, {
      apiVersion,
      kind,
      name: cluster,
      namespace: namespaces.data,
      annotations: { ...inWave('data'), ...keepOnPrune },
      spec,
    });
  addOwner(chart, place, ownerOnCitus);
  addGuestCertificate(chart, place, cluster);
  const guests = guestServiceOf(place);
  addConfigurations(add, place, database);
  const part = {
    sgInstanceProfile: cluster,
    configurations: { sgPostgresConfig: cluster, sgPoolingConfig: cluster },
    pods: {
      persistentVolume: { size: `${database.storageGiB}Gi`, storageClass: database.storageClass },
      scheduling: { ...dataNodes, topologySpreadConstraints: overZones(podLabels) },
    },
  };
  const shardedCluster = {
    type: 'citus',
    database: databaseName,
    profile: 'production',
    metadata: {
      labels: { clusterPods: { ...podLabels } },
      annotations: {
        serviceAccount: assuming(place, 'postgres-backups'),
        ...(guests === undefined ? {} : { coordinatorPrimaryService: guests.annotations }),
      },
    },
    postgres: {
      version: '16',
      extensions: [{ name: 'citus' }],
      // Without it the pooler shows a certificate that nobody outside could know.
      ...(guests === undefined ? {} : { ssl: shownToGuests }),
    },
    ...(guests === undefined ? {} : { postgresServices: { coordinator: { primary: guests.spec } } }),
    // One instance a node has no standby: then nothing can be synchronous.
    replication: { mode: database.instancesPerNode > 1 ? 'sync' : 'async' },
    coordinator: {
      instances: database.coordinators * database.instancesPerNode,
      managedSql: { scripts: [{ sgScript: cluster }] },
      ...part,
    },
    shards: { clusters: database.workers, instancesPerCluster: database.instancesPerNode, ...part },
    configurations: {
      backups: [
        {
          sgObjectStorage: cluster,
          // A base backup of every node; between them each archives its log. The operator gives each a path of its own,
          // and a new cluster of the same name new ones: two histories in one path cannot be restored.
          cronSchedule: database.backup.schedule,
          retention: database.backup.retentionDays,
          compression: 'lz4',
        },
      ],
    },
  };
  add('cluster', 'SGShardedCluster', shardedCluster, 'stackgres.io/v1alpha1');
}

const shownToGuests = {
  enabled: true,
  certificateSecretKeySelector: { name: tlsSecret, key: 'tls.crt' },
  privateKeySecretKeySelector: { name: tlsSecret, key: 'tls.key' },
};

function addConfigurations(add: Add, { region }: Place, database: Citus): void {
  add('size', 'SGInstanceProfile', {
    cpu: String(database.node.cpu),
    memory: `${database.node.memoryGiB}Gi`,
  });
  add('settings', 'SGPostgresConfig', {
    postgresVersion: '16',
    'postgresql.conf': { ...postgresSettings(database.node, database.poolSize), statement_timeout: '60s' },
  });
  add('pooling', 'SGPoolingConfig', {
    pgBouncer: {
      'pgbouncer.ini': {
        // No session state is used (docs/architecture.md), so a connection serves many clients.
        pgbouncer: {
          pool_mode: 'transaction',
          default_pool_size: String(database.poolSize),
          max_client_conn: String(database.poolSize * poolerClients),
          // The programs' statements have names.
          max_prepared_statements: '500',
        },
      },
    },
  });
  add('owner', 'SGScript', {
    scripts: [
      {
        name: 'owner',
        // Elsewhere Citus would keep it from the workers.
        database: databaseName,
        scriptFrom: { secretKeyRef: { name: ownerSecret, key: 'owner.sql' } },
        // Workers may still be on their way: all of it, or again.
        wrapInTransaction: 'read-committed',
        retryOnError: true,
      },
    ],
  });
  const s3 = {
    bucket: database.backup.bucket,
    region: region.cloudRegion,
    awsCredentials: { useIAMRole: true },
  };
  add('archive', 'SGObjectStorage', { type: 's3', s3 }, 'stackgres.io/v1beta1');
}
