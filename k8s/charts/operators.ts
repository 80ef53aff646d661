import type { Region } from '../../environments/schema.ts';
import { isLinked } from '../mesh-links.ts';
import { meshNames } from '../names.ts';
import { namespaces, type Place } from '../place.ts';
import { operatorValues } from './operator-values.ts';

/** Something that runs in a cluster before the charts mean anything: a Helm chart, or definitions in a repository; pinned. */
export type Operator = {
  readonly name: string;
  readonly repoURL: string;
  /** Of the chart, or a tag. */
  readonly version: string;
  readonly namespace: string;
  /** Other namespaces that the chart puts objects into. */
  readonly alsoInto?: readonly string[];
  readonly values?: (place: Place) => Readonly<Record<string, unknown>>;
  /** Of the namespace, which all operators in it must agree on. */
  readonly namespaceLabels?: (place: Place) => Readonly<Record<string, string>>;
  /** A chart of the region's own, at `main` like the operators themselves, whose waves bring what the operator starts with. */
  readonly startsWith?: (place: Place) => string | undefined;
  /** Whether a region's choices need it; all do unless it says. */
  readonly neededBy?: (place: Place) => boolean;
} & (
  | {
      readonly chart: string;
      /** Where the definitions come from elsewhere. */
      readonly skipCrds?: true;
    }
  | { readonly path: string }
);

type More = Partial<
  Pick<Operator, 'namespace' | 'namespaceLabels' | 'startsWith' | 'alsoInto' | 'neededBy'>
> & {
  readonly skipCrds?: true;
};

/** By its name: the operator's namespace, and its values where there are some. */
function helm(name: string, repoURL: string, chart: string, version: string, more: More = {}): Operator {
  const values = operatorValues[name];
  return {
    name,
    repoURL,
    chart,
    version,
    namespace: `${name}-system`,
    ...(values === undefined ? {} : { values }),
    ...more,
  };
}

/** Definitions alone, from the project that they are of. */
function definitions(name: string, repository: string, path: string, version: string): Operator {
  return {
    name,
    repoURL: `https://github.com/${repository}.git`,
    path,
    version,
    namespace: 'definitions-system',
  };
}

const where =
  (chooses: (region: Region) => boolean) =>
  ({ region }: Place): boolean =>
    chooses(region);

const externalDns = 'https://kubernetes-sigs.github.io/external-dns';

/** All parts of Istio are of one version; those on each node redirect the traffic of pods, which only privileged ones may. */
function istio(name: string, chart: string, more: More = {}): Operator {
  return helm(name, 'https://istio-release.storage.googleapis.com/charts', chart, '1.30.3', {
    namespace: meshNames.namespace,
    namespaceLabels: (place) => ({
      'pod-security.kubernetes.io/enforce': 'privileged',
      // Pods of other clusters are of another network, and reached by the gateway of that.
      ...(isLinked(place) ? { 'topology.istio.io/network': place.region.cluster } : {}),
    }),
    ...more,
  });
}

/** The chart of the mesh's authority (index.ts); the Applications of regions leave it out. */
export const trustFile = 'trust.yaml';

const isSharded = where(({ database }) => database.kind === 'sharded');

/**
 * At the versions whose definitions the manifests are checked against; where a chart has versions of its own, the one that
 * brings that version. The last chart of Jaeger brings an older one.
 */
const operators: readonly Operator[] = [
  definitions('gateway-api', 'kubernetes-sigs/gateway-api', 'config/crd', 'v1.6.1'),
  definitions('kong-kinds', 'Kong/kubernetes-configuration', 'config/crd/ingress-controller', 'v2.0.1'),
  definitions('clusterset', 'kubernetes-sigs/mcs-api', 'config/crd', 'v0.5.0'),
  helm('cert-manager', 'https://charts.jetstack.io', 'cert-manager', 'v1.21.1'),
  helm('external-secrets', 'https://charts.external-secrets.io', 'external-secrets', '2.9.0'),
  helm('karpenter', 'public.ecr.aws/karpenter', 'karpenter', '1.14.1', {
    alsoInto: ['kube-system', 'kube-node-lease'],
  }),
  helm('load-balancers', 'https://aws.github.io/eks-charts', 'aws-load-balancer-controller', '3.4.1'),
  helm('external-dns', externalDns, 'external-dns', '1.22.0'),
  // The first brings the definition of endpoints.
  helm('external-dns-private', externalDns, 'external-dns', '1.22.0', { skipCrds: true }),
  helm('kong', 'https://charts.konghq.com', 'ingress', '0.24.0', { skipCrds: true }),
  istio('istio-base', 'base'),
  istio('istiod', 'istiod', { startsWith: (place) => (isLinked(place) ? trustFile : undefined) }),
  istio('istio-cni', 'cni'),
  istio('ztunnel', 'ztunnel'),
  helm('strimzi', 'https://strimzi.io/charts', 'strimzi-kafka-operator', '1.2.0', {
    // MSK's regions are mirrored by it too.
    neededBy: ({ environment, region: { kafka } }) =>
      kafka.kind === 'strimzi' || (kafka.kind === 'msk' && environment.regions.length > 1),
  }),
  helm(
    'stackgres',
    'https://stackgres.io/downloads/stackgres-k8s/stackgres/helm',
    'stackgres-operator',
    '1.18.6',
    { neededBy: where(({ database }) => database.kind === 'citus') },
  ),
  helm('cloudnative-pg', 'https://cloudnative-pg.github.io/charts', 'cloudnative-pg', '0.29.0', {
    neededBy: isSharded,
  }),
  helm('percona-mongodb', 'https://percona.github.io/percona-helm-charts', 'psmdb-operator', '1.22.0', {
    namespace: 'psmdb-system',
    neededBy: where(({ mongo }) => mongo.kind === 'percona'),
  }),
  helm('atlas', 'https://mongodb.github.io/helm-charts', 'mongodb-atlas-operator', '2.15.1', {
    neededBy: where(({ mongo }) => mongo.kind === 'atlas'),
  }),
  helm(
    'private-authority',
    'https://cert-manager.github.io/aws-privateca-issuer',
    'aws-privateca-issuer',
    'v1.9.1',
    { neededBy: where(({ kafka }) => kafka.kind === 'msk') },
  ),
  helm('crossplane', 'https://charts.crossplane.io/stable', 'crossplane', '2.3.4'),
  helm('redis', 'https://ot-container-kit.github.io/helm-charts', 'redis-operator', '0.26.0'),
  // How much CPU pods use: without it the scalers of gateways and of the edge see nothing.
  helm('metrics', 'https://kubernetes-sigs.github.io/metrics-server', 'metrics-server', '3.13.1', {
    alsoInto: ['kube-system'],
  }),
  // Restarts programs whose secrets changed (docs/adr/0021).
  helm('reloader', 'https://stakater.github.io/stakater-charts', 'reloader', '2.2.16'),
  helm('keda', 'https://kedacore.github.io/charts', 'keda', '2.20.2', {
    neededBy: ({ environment }) => environment.scaling.workers === 'lag',
  }),
  helm(
    'predictive-autoscaler',
    'https://predictive-horizontal-pod-autoscaler.jamiethompson.me/charts',
    'predictive-horizontal-pod-autoscaler-operator',
    '0.13.2',
    { neededBy: ({ environment }) => environment.scaling.gateways === 'predictive' },
  ),
  helm('vertical-autoscaler', 'https://kubernetes.github.io/autoscaler', 'vertical-pod-autoscaler', '1.7.1', {
    neededBy: ({ environment }) => environment.scaling.recommendMemory,
  }),
  helm('elastic', 'https://helm.elastic.co', 'eck-operator', '3.5.0'),
  helm(
    'opentelemetry',
    'https://open-telemetry.github.io/opentelemetry-helm-charts',
    'opentelemetry-operator',
    '0.122.0',
  ),
  helm('jaeger', 'https://jaegertracing.github.io/helm-charts', 'jaeger-operator', '2.57.0'),
  // Prometheus operator 0.93.0, with Prometheus, Alertmanager, Grafana and the exporters of nodes and objects.
  helm(
    'prometheus',
    'https://prometheus-community.github.io/helm-charts',
    'kube-prometheus-stack',
    '88.1.5',
    { namespace: namespaces.observability, alsoInto: [namespaces.nodes] },
  ),
];

/** The operators that a region's cluster needs by what the region chose. */
export function operatorsOf(place: Place): readonly Operator[] {
  return operators.filter(({ neededBy }) => neededBy?.(place) ?? true);
}
