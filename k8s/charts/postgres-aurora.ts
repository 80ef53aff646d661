import type { Chart } from 'cdk8s';
import { customObject, inWave } from '../custom-object.ts';
import { postgresNames } from '../names.ts';
import { namespaces, type Place } from '../place.ts';
import { usersOfAurora } from '../system-addresses.ts';
import { keptUntilInstalled } from './cloud-object.ts';
import { addAuroraParts } from './postgres-aurora-parts.ts';
import { addOwner } from './postgres-owner.ts';

/** Aurora by the AWS provider of Crossplane, which keeps its kinds at different versions. */
const apis = {
  GlobalCluster: 'rds.aws.upbound.io/v1beta1',
  Cluster: 'rds.aws.upbound.io/v1beta2',
  ClusterInstance: 'rds.aws.upbound.io/v1beta1',
} as const;
const engine = { engine: 'aurora-postgresql', engineVersion: '16.6' };

type Aurora = Extract<Place['region']['database'], { kind: 'aurora-global' }>;

/**
 * The region's cluster of the global database: the writer in the primary region, readers everywhere. Aurora keeps backups
 * and log by itself, and recovers to any second of the days kept.
 */
export function addAurora(chart: Chart, place: Place, database: Aurora): void {
  const { environment, region } = place;
  const globalName = `${environment.name}-streams`;
  const name = `${globalName}-${region.name}`;
  const isPrimary = database.primaryRegion === region.name;
  const order = (id: string, kind: keyof typeof apis, objectName: string, forProvider: object): void =>
    void customObject(chart, id, {
      apiVersion: apis[kind],
      kind,
      name: objectName,
      annotations: { ...inWave('data'), ...keptUntilInstalled },
      spec: { forProvider: { region: region.cloudRegion, ...forProvider } },
    });
  if (isPrimary) {
    addOwner(chart, place);
    order('global', 'GlobalCluster', globalName, {
      ...engine,
      databaseName: postgresNames.database,
      storageEncrypted: true,
      deletionProtection: true,
    });
  }
  const parts = addAuroraParts(chart, place, name, usersOfAurora(place));
  order('cluster', 'Cluster', name, {
    ...engine,
    ...parts,
    // By its name: the object is in the primary region's cluster alone, where no reference of another leads.
    globalClusterIdentifier: globalName,
    backupRetentionPeriod: database.backup.retentionDays,
    preferredBackupWindow: database.backup.window,
    copyTagsToSnapshot: true,
    skipFinalSnapshot: false,
    finalSnapshotIdentifier: `${name}-last`,
    storageEncrypted: true,
    deletionProtection: true,
    ...(isPrimary
      ? {
          databaseName: postgresNames.database,
          masterUsername: postgresNames.user,
          masterPasswordSecretRef: {
            name: postgresNames.ownerSecret,
            namespace: namespaces.data,
            key: 'password',
          },
        }
      : {}),
  });
  const instances = database.readReplicas + (isPrimary ? 1 : 0);
  for (let index = 0; index < instances; index += 1) {
    order(`instance-${index}`, 'ClusterInstance', `${name}-${index}`, {
      ...engine,
      instanceClass: database.instanceClass,
      clusterIdentifierRef: { name },
      dbSubnetGroupNameRef: parts.dbSubnetGroupNameRef,
      publiclyAccessible: false,
    });
  }
}
