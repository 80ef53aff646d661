import type { Chart } from 'cdk8s';
import type { Environment } from '../../environments/schema.ts';
import { customObject } from '../custom-object.ts';
import { namespaces } from '../place.ts';
import { operators } from './operators.ts';

const hub = 'argocd';
const repository = 'https://git.meridian.example/meridian/meridian.git';

/**
 * What Argo CD on the hub needs for one environment: a project that allows what the charts render and no more, the
 * operators, and one Application a region. Sync waves order the objects inside it.
 */
export function addArgocd(chart: Chart, environment: Environment): void {
  addProject(chart, environment);
  addRegions(chart, environment);
  addOperators(chart, environment);
}

const projectOf = ({ name }: Environment): string => `meridian-${name}`;

function kinds(group: string, ...names: readonly string[]): { group: string; kind: string }[] {
  return names.map((kind) => ({ group, kind }));
}

function addProject(chart: Chart, environment: Environment): void {
  customObject(chart, 'project', {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    name: projectOf(environment),
    namespace: hub,
    spec: {
      description: `The programs and data of ${environment.name}`,
      sourceRepos: [repository],
      destinations: environment.regions.flatMap(({ cluster }) =>
        Object.values(namespaces).map((namespace) => ({ name: cluster, namespace })),
      ),
      clusterResourceWhitelist: [
        ...kinds('', 'Namespace'),
        ...kinds('karpenter.sh', 'NodePool'),
        ...kinds('karpenter.k8s.aws', 'EC2NodeClass'),
        ...kinds('gateway.networking.k8s.io', 'GatewayClass'),
        ...kinds('cert-manager.io', 'ClusterIssuer'),
        ...kinds('storage.k8s.io', 'StorageClass'),
        ...kinds('external-secrets.io', 'ClusterSecretStore'),
        ...(environment.regions.some(({ database }) => database.kind === 'aurora-global')
          ? kinds('rds.aws.upbound.io', 'GlobalCluster', 'Cluster', 'ClusterInstance')
          : []),
      ],
      namespaceResourceWhitelist: [
        ...kinds('', 'ConfigMap', 'Service', 'ServiceAccount', 'ResourceQuota'),
        ...kinds('apps', 'Deployment'),
        ...kinds('autoscaling', 'HorizontalPodAutoscaler'),
        ...kinds('autoscaling.k8s.io', 'VerticalPodAutoscaler'),
        ...kinds('batch', 'Job'),
        ...kinds('jamiethompson.me', 'PredictiveHorizontalPodAutoscaler'),
        ...kinds('keda.sh', 'ScaledObject', 'TriggerAuthentication'),
        ...kinds('networking.k8s.io', 'NetworkPolicy'),
        ...kinds('policy', 'PodDisruptionBudget'),
        ...kinds('rbac.authorization.k8s.io', 'Role', 'RoleBinding'),
        ...kinds('external-secrets.io', 'ExternalSecret', 'SecretStore'),
        ...kinds(
          'kafka.strimzi.io',
          'Kafka',
          'KafkaNodePool',
          'KafkaTopic',
          'KafkaUser',
          'KafkaMirrorMaker2',
          'KafkaRebalance',
        ),
        ...kinds(
          'stackgres.io',
          'SGShardedCluster',
          'SGInstanceProfile',
          'SGPostgresConfig',
          'SGPoolingConfig',
          'SGObjectStorage',
          'SGScript',
        ),
        ...kinds('postgresql.cnpg.io', 'Cluster', 'Pooler', 'ScheduledBackup'),
        ...(environment.regions.some(({ mongo }) => mongo.kind === 'atlas')
          ? kinds('atlas.mongodb.com', 'AtlasDeployment')
          : kinds('psmdb.percona.com', 'PerconaServerMongoDB')),
        ...kinds('redis.redis.opstreelabs.in', 'RedisCluster'),
        ...kinds('gateway.networking.k8s.io', 'Gateway', 'HTTPRoute'),
        ...kinds('configuration.konghq.com', 'KongPlugin'),
        ...kinds('cert-manager.io', 'Certificate'),
        ...kinds('multicluster.x-k8s.io', 'ServiceExport', 'ServiceImport'),
        ...kinds('networking.istio.io', 'DestinationRule'),
        ...kinds('security.istio.io', 'PeerAuthentication'),
        ...kinds('externaldns.k8s.io', 'DNSEndpoint'),
        ...kinds('elasticsearch.k8s.elastic.co', 'Elasticsearch'),
        ...kinds('kibana.k8s.elastic.co', 'Kibana'),
        ...kinds('jaegertracing.io', 'Jaeger'),
        ...kinds('opentelemetry.io', 'OpenTelemetryCollector'),
        ...kinds('monitoring.coreos.com', 'PodMonitor'),
      ],
      orphanedResources: { warn: true },
    },
  });
}

/** Options of every sync: found out with a real Argo CD (docs/adr/0009-promotion-by-pins.md). */
const syncOptions = [
  'CreateNamespace=true',
  'ServerSideApply=true',
  'PruneLast=true',
  'FailOnSharedResource=true',
  'RespectIgnoreDifferences=true',
];

function addRegions(chart: Chart, environment: Environment): void {
  const { name, delivery, regions } = environment;
  // With pins a region moves when its file does, and merging moves nothing.
  const generator =
    delivery.follows === 'pins'
      ? {
          git: {
            repoURL: repository,
            revision: 'main',
            files: [{ path: `environments/releases/${name}/*.yaml` }],
          },
        }
      : { list: { elements: regions.map((region) => ({ region: region.name, revision: 'main' })) } };
  customObject(chart, 'regions', {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    name: projectOf(environment),
    namespace: hub,
    spec: {
      goTemplate: true,
      goTemplateOptions: ['missingkey=error'],
      generators: [generator],
      // An Application outlives its pin: deleting a file must not delete a region.
      syncPolicy: { applicationsSync: 'create-update', preserveResourcesOnDeletion: true },
      template: {
        metadata: { name: `${name}-{{ .region }}`, labels: { 'meridian.example/environment': name } },
        spec: {
          project: projectOf(environment),
          source: {
            repoURL: repository,
            targetRevision: '{{ .revision }}',
            path: `dist/${name}/{{ .region }}`,
            directory: { recurse: false },
          },
          destination: { name: `${name}-{{ .region }}`, namespace: namespaces.programs },
          syncPolicy: {
            automated: { prune: true, selfHeal: true },
            // A retry would apply a bad revision again after its pin was taken back.
            retry: { limit: 0 },
            syncOptions,
          },
          // Scalers own the number of replicas.
          ignoreDifferences: [{ group: 'apps', kind: 'Deployment', jsonPointers: ['/spec/replicas'] }],
          revisionHistoryLimit: 10,
        },
      },
    },
  });
}

/** The operators at the versions whose CRDs the manifests are checked against, on each cluster of the environment. */
function addOperators(chart: Chart, environment: Environment): void {
  const project = `${projectOf(environment)}-operators`;
  customObject(chart, 'operators-project', {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    name: project,
    namespace: hub,
    spec: {
      description: `Operators of ${environment.name}: they bring CRDs and cluster roles`,
      sourceRepos: [...new Set(operators.map(({ repoURL }) => repoURL))],
      destinations: environment.regions.flatMap(({ cluster }) =>
        operators.map(({ namespace }) => ({ name: cluster, namespace })),
      ),
      clusterResourceWhitelist: [
        { group: '', kind: 'Namespace' },
        { group: 'apiextensions.k8s.io', kind: 'CustomResourceDefinition' },
        { group: 'rbac.authorization.k8s.io', kind: 'ClusterRole' },
        { group: 'rbac.authorization.k8s.io', kind: 'ClusterRoleBinding' },
        { group: 'admissionregistration.k8s.io', kind: 'ValidatingWebhookConfiguration' },
        { group: 'admissionregistration.k8s.io', kind: 'MutatingWebhookConfiguration' },
        { group: 'apiregistration.k8s.io', kind: 'APIService' },
      ],
    },
  });
  for (const { cluster } of environment.regions) {
    for (const operator of operators) {
      customObject(chart, `${cluster}-${operator.name}`, {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'Application',
        name: `${cluster}-${operator.name}`,
        namespace: hub,
        spec: {
          project,
          source: {
            repoURL: operator.repoURL,
            chart: operator.chart,
            targetRevision: operator.version,
            helm: { releaseName: operator.name },
          },
          destination: { name: cluster, namespace: operator.namespace },
          syncPolicy: {
            automated: { prune: false, selfHeal: true },
            syncOptions: ['CreateNamespace=true', 'ServerSideApply=true'],
          },
        },
      });
    }
  }
}
