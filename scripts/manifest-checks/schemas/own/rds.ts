import { flag, listOf, managed, number, object, reference, text, texts, type OwnKind } from './parts.ts';

export const rdsKinds: Readonly<Record<string, OwnKind>> = {
  'rds.aws.upbound.io/v1beta1 GlobalCluster': managed(
    { region: text, engine: text },
    { engineVersion: text, databaseName: text, storageEncrypted: flag, deletionProtection: flag },
  ),
  // No reference leads to the global cluster: its name is the identifier.
  'rds.aws.upbound.io/v1beta2 Cluster': managed(
    { region: text, engine: text },
    {
      engineVersion: text,
      globalClusterIdentifier: text,
      backupRetentionPeriod: number,
      preferredBackupWindow: text,
      copyTagsToSnapshot: flag,
      skipFinalSnapshot: flag,
      finalSnapshotIdentifier: text,
      storageEncrypted: flag,
      kmsKeyIdRef: reference,
      dbSubnetGroupNameRef: reference,
      vpcSecurityGroupIdRefs: listOf(reference),
      deletionProtection: flag,
      databaseName: text,
      masterUsername: text,
      masterPasswordSecretRef: object({ name: text, namespace: text, key: text }),
    },
  ),
  'rds.aws.upbound.io/v1beta1 ClusterInstance': managed(
    { region: text, engine: text, instanceClass: text, clusterIdentifierRef: reference },
    { engineVersion: text, dbSubnetGroupNameRef: reference, publiclyAccessible: flag },
  ),
  'rds.aws.upbound.io/v1beta1 SubnetGroup': managed(
    { region: text, subnetIds: listOf(text) },
    { description: text, tags: texts },
  ),
};
