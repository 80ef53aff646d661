import type { Chart } from 'cdk8s';
import type { Environment } from '../../environments/schema.ts';
import { customObject, inWave } from '../custom-object.ts';
import { operatorsOf } from './operators.ts';

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
      sourceRepos: [...new Set(needed.map(({ operator }) => operator.repoURL))],
      destinations: [...destinations.values()],
      clusterResourceWhitelist: listed(clusterKinds),
      namespaceResourceWhitelist: listed(namespacedKinds),
    },
  });
  for (const { region, operator } of needed) {
    const { name, repoURL, version, namespace, namespaceLabels, values } = operator;
    customObject(chart, `${region.cluster}-${name}`, {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      name: `${region.cluster}-${name}`,
      namespace: hub,
      annotations: inWave('path' in operator ? 'foundation' : 'operatorsReady'),
      spec: {
        project,
        source:
          'path' in operator
            ? { repoURL, targetRevision: version, path: operator.path }
            : {
                repoURL,
                targetRevision: version,
                chart: operator.chart,
                helm: {
                  releaseName: name,
                  ...(operator.skipCrds === true ? { skipCrds: true } : {}),
                  ...(values === undefined ? {} : { valuesObject: values({ environment, region }) }),
                },
              },
        destination: { name: region.cluster, namespace },
        syncPolicy: {
          automated: { prune: false, selfHeal: true },
          // They wait for each other's definitions and webhooks. Unlike a region's, their version does not come by a pin
          // that might be taken back meanwhile.
          retry: { limit: 5, backoff: { duration: '30s', factor: 2, maxDuration: '10m' } },
          ...(namespaceLabels === undefined
            ? {}
            : { managedNamespaceMetadata: { labels: { ...namespaceLabels } } }),
          syncOptions: ['CreateNamespace=true', 'ServerSideApply=true', 'SkipDryRunOnMissingResource=true'],
        },
      },
    });
  }
}
