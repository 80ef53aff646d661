import type { Chart } from 'cdk8s';
import { customObject, inWave, keepOnPrune } from '../custom-object.ts';
import { postgresNames } from '../names.ts';
import { namespaces, type Place } from '../place.ts';
import { addCitus } from './postgres-citus.ts';
import { addShards } from './postgres-shards.ts';
import { addStoredSecret } from './stored-secret.ts';

/** Aurora by the AWS provider of Crossplane. Its CRDs are not among those that are checked. */
const auroraApi = 'rds.aws.upbound.io/v1beta1';
const masterSecret = 'postgres-master';

/** The streams of the region's users, in one of the three forms of the system design; none in a region that is no home. */
export function addPostgres(chart: Chart, place: Place): void {
  const { database } = place.region;
  if (database.kind === 'citus') addCitus(chart, place, database);
  if (database.kind === 'sharded') addShards(chart, place, database);
  if (database.kind === 'aurora-global') addAurora(chart, place, database);
}

type Aurora = Extract<Place['region']['database'], { kind: 'aurora-global' }>;

/** The region's cluster of the global database: the writer in the primary region, readers everywhere. */
function addAurora(chart: Chart, place: Place, database: Aurora): void {
  const { environment, region } = place;
  const annotations = { ...inWave('data'), ...keepOnPrune };
  const globalName = `${environment.name}-streams`;
  const name = `${globalName}-${region.name}`;
  const isPrimary = database.primaryRegion === region.name;
  if (isPrimary) {
    addStoredSecret(chart, place, masterSecret);
    customObject(chart, 'global', {
      apiVersion: auroraApi,
      kind: 'GlobalCluster',
      name: globalName,
      annotations,
      spec: {
        forProvider: {
          region: region.cloudRegion,
          engine: 'aurora-postgresql',
          engineVersion: '16.6',
          databaseName: postgresNames.database,
          storageEncrypted: true,
          deletionProtection: true,
        },
      },
    });
  }
  customObject(chart, 'cluster', {
    apiVersion: auroraApi,
    kind: 'Cluster',
    name,
    annotations,
    spec: {
      forProvider: {
        region: region.cloudRegion,
        engine: 'aurora-postgresql',
        globalClusterIdentifierRef: { name: globalName },
        backupRetentionPeriod: Math.min(database.backup.retentionDays, 35),
        storageEncrypted: true,
        deletionProtection: true,
        ...(isPrimary
          ? {
              masterUsername: postgresNames.user,
              masterPasswordSecretRef: {
                name: masterSecret,
                namespace: namespaces.data,
                key: 'password',
              },
            }
          : {}),
      },
    },
  });
  const instances = database.readReplicas + (isPrimary ? 1 : 0);
  for (let index = 0; index < instances; index += 1) {
    customObject(chart, `instance-${index}`, {
      apiVersion: auroraApi,
      kind: 'ClusterInstance',
      name: `${name}-${index}`,
      annotations,
      spec: {
        forProvider: {
          region: region.cloudRegion,
          engine: 'aurora-postgresql',
          instanceClass: database.instanceClass,
          clusterIdentifierRef: { name },
        },
      },
    });
  }
}
