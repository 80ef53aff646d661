import { balancerRights } from './balancer-rights.ts';
import { nodeRights } from './node-rights.ts';
import { rights, type Statement } from './rights.ts';
import { postgresNames } from '../names.ts';
import { namespaces, type Place } from '../place.ts';

/** Pods that reach AWS with a role of their own, by the token of their service account; no key of AWS is in a cluster. */
export type PodRole = {
  readonly purpose: Purpose;
  readonly namespace: string;
  /** Of the account; with `*` where an operator gives it a name. */
  readonly account: string;
  readonly statements?: readonly Statement[];
  /** Policies that AWS itself keeps up to date. */
  readonly managed?: readonly string[];
};

export type Purpose =
  | 'crossplane'
  | 'karpenter'
  | 'load-balancers'
  | 'external-dns'
  | 'external-dns-private'
  | 'external-secrets'
  | 'cert-manager'
  | 'private-authority'
  | 'disks'
  | 'network'
  | 'postgres-backups'
  | 'mongo-backups'
  | 'mongo-operator';

/** The role's name in AWS. Those of one cluster begin alike: Crossplane may make no others. */
export const roleName = ({ region }: Place, purpose: Purpose | 'node'): string =>
  `${region.cluster}-${purpose}`;

function roleArn(place: Place, purpose: Purpose | 'node'): string {
  return `arn:aws:iam::${place.environment.account.id}:role/${roleName(place, purpose)}`;
}

/** The annotation by which EKS gives a service account's pods the role. */
export function assuming(place: Place, purpose: Purpose): Record<string, string> {
  return { 'eks.amazonaws.com/role-arn': roleArn(place, purpose) };
}

/** The values of a chart whose pods get a role: the account has the name that the role trusts. */
export function accountFor(place: Place, purpose: Purpose): Readonly<Record<string, unknown>> {
  return { serviceAccount: { create: true, name: purpose, annotations: assuming(place, purpose) } };
}

/** The account of MongoDB's pods, whose agents write the backups. */
export const mongoAccount = 'mongo-backups';

/** Of an operator, in its own namespace. */
const operator = (purpose: Purpose, statements: readonly Statement[]): PodRole => ({
  purpose,
  namespace: `${purpose}-system`,
  account: purpose,
  statements,
});

/** Every role of a region's pods but Crossplane's own, which may not write its own rights (docs/cloud.md). */
export function podRolesOf(place: Place): readonly PodRole[] {
  const { environment, region } = place;
  const { database, kafka, mongo } = region;
  return [
    operator('karpenter', nodeRights(place, roleArn(place, 'node'))),
    operator('load-balancers', balancerRights(place)),
    operator('external-dns', rights.publicNames(place)),
    operator('external-dns-private', rights.privateNames(place)),
    operator('cert-manager', rights.proofsOfNames(place)),
    ...(kafka.kind === 'msk'
      ? [operator('private-authority', rights.clientCertificates(kafka.certificateAuthorityArn))]
      : []),
    ...(environment.secrets.provider === 'aws-secrets-manager'
      ? [operator('external-secrets', rights.secrets(place))]
      : []),
    {
      purpose: 'disks',
      namespace: 'kube-system',
      account: 'ebs-csi-controller-sa',
      managed: ['service-role/AmazonEBSCSIDriverPolicy'],
    },
    {
      purpose: 'network',
      namespace: 'kube-system',
      account: 'aws-node',
      managed: ['AmazonEKS_CNI_Policy'],
    },
    ...('backup' in database && 'bucket' in database.backup
      ? [
          {
            purpose: 'postgres-backups' as const,
            namespace: namespaces.data,
            // StackGres and CloudNativePG name the accounts after their clusters.
            account: `${postgresNames.cluster}*`,
            statements: rights.bucket(database.backup.bucket),
          },
        ]
      : []),
    ...(mongo.kind === 'percona'
      ? [
          {
            purpose: 'mongo-backups' as const,
            namespace: namespaces.data,
            account: mongoAccount,
            statements: rights.bucket(mongo.backup.bucket),
          },
          {
            // It deletes what is older than the backups that are kept.
            purpose: 'mongo-operator' as const,
            namespace: 'psmdb-system',
            account: '*',
            statements: rights.bucket(mongo.backup.bucket),
          },
        ]
      : []),
  ];
}
