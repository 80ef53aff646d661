import { expect, it } from 'vitest';
import { environmentNamed } from '../../environments/index.ts';
import { forms, hubOf, kindsOf, type Rendered } from '../testing/hub.ts';
import { healthChecks } from './argocd-health.ts';

// Argo CD knows these by itself, and none of them is broken for it while it is new.
const knownToArgocd = [
  'apps/Deployment',
  '/Service',
  'batch/Job',
  'autoscaling.k8s.io/VerticalPodAutoscaler',
  'aws.upbound.io/ProviderConfig',
  'postgresql.cnpg.io/Cluster',
];
// Of use as soon as they are there, or nothing waits for them.
const thereAtOnce = [
  '/ConfigMap',
  '/Namespace',
  '/ResourceQuota',
  '/Secret',
  '/ServiceAccount',
  'networking.k8s.io/NetworkPolicy',
  'rbac.authorization.k8s.io/ClusterRole',
  'rbac.authorization.k8s.io/ClusterRoleBinding',
  'rbac.authorization.k8s.io/Role',
  'rbac.authorization.k8s.io/RoleBinding',
  'storage.k8s.io/StorageClass',
  'policy/PodDisruptionBudget',
  'gateway.networking.k8s.io/GatewayClass',
  'stackgres.io/SGInstanceProfile',
  'stackgres.io/SGPoolingConfig',
  'stackgres.io/SGPostgresConfig',
  'stackgres.io/SGObjectStorage',
  'stackgres.io/SGScript',
  'kafka.strimzi.io/KafkaNodePool',
  'configuration.konghq.com/KongClusterPlugin',
  'configuration.konghq.com/KongPlugin',
  'configuration.konghq.com/KongConsumer',
  'kafka.strimzi.io/KafkaRebalance',
  'jaegertracing.io/Jaeger',
  'kibana.k8s.elastic.co/Kibana',
  'monitoring.coreos.com/PodMonitor',
  'opentelemetry.io/OpenTelemetryCollector',
  'externaldns.k8s.io/DNSEndpoint',
  'security.istio.io/PeerAuthentication',
  'security.istio.io/AuthorizationPolicy',
  'multicluster.x-k8s.io/ServiceExport',
  'multicluster.x-k8s.io/ServiceImport',
  'jamiethompson.me/PredictiveHorizontalPodAutoscaler',
  'keda.sh/TriggerAuthentication',
  'pkg.crossplane.io/DeploymentRuntimeConfig',
  'kafka.m.crossplane.io/ProviderConfig',
  'postgresql.cnpg.io/Pooler',
  'postgresql.cnpg.io/ScheduledBackup',
];

it('says of each kind how it is known to be ready, and once only', () => {
  const ofRegions = Object.keys(healthChecks).filter((kind) => kind !== 'argoproj.io/Application');
  const known = [...ofRegions, ...knownToArgocd, ...thereAtOnce];
  const rendered = forms.map(([, environment]) => kindsOf(environment));
  const all = new Set(rendered.flatMap(({ ofCluster, ofNamespaces }) => [...ofCluster, ...ofNamespaces]));
  expect(known.toSorted()).toEqual([...all].toSorted());
});

it('tells Argo CD how healthy its kinds are, in settings that it reads', () => {
  const settings = hubOf(environmentNamed('production')).filter(
    ({ kind }) => kind === 'ConfigMap',
  ) as (Rendered & {
    metadata: { labels: Record<string, string> };
    data: Record<string, string>;
  })[];
  expect(settings.map(({ metadata }) => metadata.name)).toEqual(['argocd-cm', 'argocd-cmd-params-cm']);
  for (const { metadata } of settings) expect(metadata.labels['app.kubernetes.io/part-of']).toBe('argocd');
  expect(Object.keys(settings[0]!.data)).toContain(
    'resource.customizations.health.external-secrets.io_ExternalSecret',
  );
  // Without string, and with `os` by name only: Argo CD gives its scripts no more.
  for (const script of Object.values(settings[0]!.data)) {
    expect(script).not.toMatch(/\bstring\.|:(match|find|gsub|sub)\(/);
    expect(script.match(/local os = require\("os"\)/g)).toHaveLength(1);
  }
});
