import type { Chart } from 'cdk8s';
import { assuming } from '../cloud/roles.ts';
import { customObject, inWave } from '../custom-object.ts';
import type { Place } from '../place.ts';

/** All packages of AWS's family have the same versions, and the same definitions at them (locations.yaml of the checks). */
const version = 'v2.6.3';
const kafkaVersion = 'v1.3.2';
const registry = 'xpkg.crossplane.io/crossplane-contrib';
const runtime = 'provider-aws';

/** The services of AWS that a region's choices order from. */
function servicesOf({ region }: Place): readonly string[] {
  return [
    's3',
    'iam',
    'route53',
    'ec2',
    'eks',
    ...(region.database.kind === 'aurora-global' ? ['rds', 'kms'] : []),
    ...(region.kafka.kind === 'msk' ? ['kafka'] : []),
  ];
}

/** The providers, pinned, one a service of AWS, and whom all of them are there. */
export function addProviders(chart: Chart, place: Place): void {
  const annotations = inWave('providers');
  customObject(chart, 'runtime', {
    apiVersion: 'pkg.crossplane.io/v1beta1',
    kind: 'DeploymentRuntimeConfig',
    name: runtime,
    annotations,
    spec: { serviceAccountTemplate: { metadata: { annotations: assuming(place, 'crossplane') } } },
  });
  const packages = ['provider-family-aws', ...servicesOf(place).map((service) => `${runtime}-${service}`)];
  for (const name of packages) {
    customObject(chart, name, {
      apiVersion: 'pkg.crossplane.io/v1',
      kind: 'Provider',
      name,
      annotations,
      spec: {
        package: `${registry}/${name}:${version}`,
        // The family is declared above: Crossplane would take its newest.
        skipDependencyResolution: true,
        runtimeConfigRef: { name: runtime },
      },
    });
  }
  // Speaks to brokers and not to AWS: it gets no role.
  if (place.region.kafka.kind !== 'strimzi') {
    customObject(chart, 'provider-kafka', {
      apiVersion: 'pkg.crossplane.io/v1',
      kind: 'Provider',
      name: 'provider-kafka',
      annotations,
      spec: { package: `${registry}/provider-kafka:${kafkaVersion}` },
    });
  }
  customObject(chart, 'identity', {
    apiVersion: 'aws.upbound.io/v1beta1',
    kind: 'ProviderConfig',
    // What objects refer to that name none.
    name: 'default',
    annotations: {
      ...inWave('cloud'),
      'argocd.argoproj.io/sync-options': 'SkipDryRunOnMissingResource=true',
    },
    spec: { credentials: { source: 'IRSA' } },
  });
}
