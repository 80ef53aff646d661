import type { Chart } from 'cdk8s';
import { customObject, inWave, keepOnPrune, type Wave } from '../custom-object.ts';
import type { Place } from '../place.ts';

/** Groups and versions of Crossplane's AWS providers, as its package `provider` serves them. */
const awsApis = {
  s3: 's3.aws.upbound.io/v1beta1',
  s3Second: 's3.aws.upbound.io/v1beta2',
  iam: 'iam.aws.upbound.io/v1beta1',
  route53: 'route53.aws.upbound.io/v1beta1',
  route53Second: 'route53.aws.upbound.io/v1beta2',
  ec2: 'ec2.aws.upbound.io/v1beta2',
  ec2First: 'ec2.aws.upbound.io/v1beta1',
  eks: 'eks.aws.upbound.io/v1beta1',
  eksSecond: 'eks.aws.upbound.io/v1beta2',
  kms: 'kms.aws.upbound.io/v1beta1',
  rds: 'rds.aws.upbound.io/v1beta1',
} as const;

/** Something of AWS. Its name is that of the thing itself, where AWS does not give it an id. */
export type CloudObject = {
  readonly api: keyof typeof awsApis;
  readonly kind: string;
  readonly name: string;
  readonly forProvider: Readonly<Record<string, unknown>>;
  readonly wave?: Wave;
  /** What it holds is lost with it: neither Argo CD nor Crossplane deletes it. */
  readonly isKept?: true;
  readonly externalName?: string;
  /** What Crossplane may do; everything unless given. */
  readonly managementPolicies?: readonly string[];
};

const syncOptions = 'argocd.argoproj.io/sync-options';
const skipped = 'SkipDryRunOnMissingResource=true';

/** Kinds arrive with their providers: before the first sync there is nothing to try an object on. */
export const untilInstalled: Record<string, string> = { [syncOptions]: skipped };

/** As `untilInstalled`, of data that a sync must never delete. */
export const keptUntilInstalled: Record<string, string> = {
  [syncOptions]: `${keepOnPrune[syncOptions]},${skipped}`,
};

/** Adds something that Crossplane makes in AWS and keeps as it is declared. */
export function cloudObject(
  chart: Chart,
  { api, kind, name, forProvider, wave = 'cloud', isKept, externalName, managementPolicies }: CloudObject,
): void {
  customObject(chart, `${kind}-${name}`, {
    apiVersion: awsApis[api],
    kind,
    name,
    annotations: {
      ...inWave(wave),
      ...(isKept === true ? keptUntilInstalled : untilInstalled),
      ...(externalName === undefined ? {} : { 'crossplane.io/external-name': externalName }),
    },
    spec: {
      ...(isKept === true ? { deletionPolicy: 'Orphan' } : {}),
      ...(managementPolicies === undefined ? {} : { managementPolicies }),
      forProvider,
    },
  });
}

/** By whom and for what, on everything that has tags. */
export function tagsOf({ environment, region }: Place): Record<string, string> {
  return { 'managed-by': 'crossplane', environment: environment.name, region: region.name };
}
