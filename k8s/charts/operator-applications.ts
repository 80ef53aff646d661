import type { Chart } from 'cdk8s';
import type { Environment } from '../../environments/schema.ts';
import { customObject, inWave } from '../custom-object.ts';
import { repository } from '../names.ts';
import type { Place } from '../place.ts';
import { operatorsOf, type Operator } from './operators.ts';

/** What charts of operators bring beside CRDs and cluster roles, which is what they are for. */
const clusterKinds = [
  ['', 'Namespace'],
  ['apiextensions.k8s.io', 'CustomResourceDefinition'],
  ['rbac.authorization.k8s.io', 'ClusterRole', 'ClusterRoleBinding'],
  ['admissionregistration.k8s.io', 'ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'],
  // A guard of the Gateway API's own definitions.
  ['admissionregistration.k8s.io', 'ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'],
  ['apiregistration.k8s.io', 'APIService'],
  ['networking.k8s.io', 'IngressClass'],
  ['elbv2.k8s.aws', 'IngressClassParams'],
  ['scheduling.k8s.io', 'PriorityClass'],
] as const;

const namespacedKinds = [
  ['', 'ConfigMap', 'Secret', 'Service', 'ServiceAccount', 'PersistentVolumeClaim'],
  ['apps', 'Deployment', 'DaemonSet', 'StatefulSet'],
  ['autoscaling', 'HorizontalPodAutoscaler'],
  ['batch', 'Job', 'CronJob'],
  ['networking.k8s.io', 'NetworkPolicy'],
  ['policy', 'PodDisruptionBudget'],
  ['rbac.authorization.k8s.io', 'Role', 'RoleBinding'],
  // The certificates of webhooks.
  ['cert-manager.io', 'Certificate', 'Issuer'],
  ['monitoring.coreos.com', 'Prometheus', 'Alertmanager', 'ServiceMonitor', 'PodMonitor', 'PrometheusRule'],
  ['stackgres.io', 'SGConfig'],
] as const;

/** What an operator starts with. */
const startingKinds = ['external-secrets.io', 'ExternalSecret', 'SecretStore'] as const;

type KindsOfGroup = readonly [group: string, ...kinds: string[]];

const listed = (all: readonly KindsOfGroup[]): { group: string; kind: string }[] =>
  all.flatMap(([group, ...kinds]) => kinds.map((kind) => ({ group, kind })));

/** The operators that an environment's choices need, pinned, on each of its clusters. */
export function addOperators(chart: Chart, environment: Environment, hub: string): void {
  const project = `meridian-${environment.name}-operators`;
  const needed = environment.regions.flatMap((region) =>
    operatorsOf({ environment, region }).map((operator) => ({ region, operator })),
  );
  const destinations = new Map(
    needed.flatMap(({ region, operator }) =>
      [operator.namespace, ...(operator.alsoInto ?? [])].map((namespace) => [
        `${region.cluster}/${namespace}`,
        { name: region.cluster, namespace },
      ]),
    ),
  );
  customObject(chart, 'operators-project', {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    name: project,
    namespace: hub,
    annotations: inWave('foundation'),
    spec: {
      description: `Operators of ${environment.name}: they bring CRDs and cluster roles`,
      sourceRepos: [
        ...new Set(
          needed.flatMap(({ operator, region }) => repositoriesOf(operator, { environment, region })),
        ),
      ],
      destinations: [...destinations.values()],
      clusterResourceWhitelist: listed(clusterKinds),
      namespaceResourceWhitelist: listed([
        ...namespacedKinds,
        ...(needed.some(
          ({ operator, region }) => operator.startsWith?.({ environment, region }) !== undefined,
        )
          ? [startingKinds]
          : []),
      ]),
    },
  });
  for (const { region, operator } of needed) {
    const { name, namespace } = operator;
    const place: Place = { environment, region };
    const labels = operator.namespaceLabels?.(place);
    customObject(chart, `${region.cluster}-${name}`, {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      name: `${region.cluster}-${name}`,
      namespace: hub,
      annotations: inWave('path' in operator ? 'foundation' : 'operatorsReady'),
      spec: {
        project,
        ...sourcesOf(operator, place),
        destination: { name: region.cluster, namespace },
        syncPolicy: {
          automated: { prune: false, selfHeal: true },
          // They wait for each other's definitions and webhooks. Unlike a region's, their version does not come by a pin
          // that might be taken back meanwhile.
          retry: { limit: 5, backoff: { duration: '30s', factor: 2, maxDuration: '10m' } },
          ...(labels === undefined ? {} : { managedNamespaceMetadata: { labels: { ...labels } } }),
          syncOptions: ['CreateNamespace=true', 'ServerSideApply=true', 'SkipDryRunOnMissingResource=true'],
        },
      },
    });
  }
}

function repositoriesOf(operator: Operator, place: Place): readonly string[] {
  return [operator.repoURL, ...(operator.startsWith?.(place) === undefined ? [] : [repository])];
}

/** One source, or with what the operator starts with two, whose objects are in waves of one sync. */
function sourcesOf(operator: Operator, place: Place): { source: object } | { sources: readonly object[] } {
  const { repoURL, version: targetRevision } = operator;
  const source =
    'path' in operator
      ? { repoURL, targetRevision, path: operator.path }
      : { repoURL, targetRevision, chart: operator.chart, helm: helmOf(operator, place) };
  const include = operator.startsWith?.(place);
  if (include === undefined) return { source };
  const path = `dist/${place.environment.name}/${place.region.name}`;
  const first = { repoURL: repository, targetRevision: 'main', path, directory: { recurse: false, include } };
  return { sources: [first, source] };
}

function helmOf({ name, values, ...operator }: Operator, place: Place): object {
  return {
    releaseName: name,
    ...('skipCrds' in operator ? { skipCrds: true } : {}),
    ...(values === undefined ? {} : { valuesObject: values(place) }),
  };
}
