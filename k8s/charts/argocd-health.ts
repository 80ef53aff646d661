import { readFileSync } from 'node:fs';
import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { inWave } from '../custom-object.ts';

const crossplaneKinds = {
  'pkg.crossplane.io': ['Provider'],
  'ec2.aws.upbound.io': [
    'Route',
    'SecurityGroup',
    'SecurityGroupIngressRule',
    'VPCPeeringConnection',
    'VPCPeeringConnectionAccepter',
  ],
  'eks.aws.upbound.io': ['Addon', 'NodeGroup'],
  'iam.aws.upbound.io': ['Role', 'RolePolicy'],
  'kafka.aws.upbound.io': ['Cluster', 'Configuration'],
  'kms.aws.upbound.io': ['Key'],
  'rds.aws.upbound.io': ['GlobalCluster', 'Cluster', 'ClusterInstance', 'SubnetGroup'],
  'route53.aws.upbound.io': ['HealthCheck', 'Record', 'Zone'],
  's3.aws.upbound.io': [
    'Bucket',
    'BucketLifecycleConfiguration',
    'BucketPublicAccessBlock',
    'BucketServerSideEncryptionConfiguration',
    'BucketVersioning',
  ],
  'topic.kafka.m.crossplane.io': ['Topic'],
  'acl.kafka.m.crossplane.io': ['AccessControlList'],
};

/**
 * By which file of `k8s/health` Argo CD knows whether an object of a kind is healthy, in place of its own check or of none:
 * with its own, what an operator is still making can count as broken, which ends the sync (docs/adr/0018).
 */
export const healthChecks: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    Object.entries(crossplaneKinds).flatMap(([group, kinds]) =>
      kinds.map((kind) => [`${group}/${kind}`, 'crossplane']),
    ),
  ),
  'argoproj.io/Application': 'application',
  'kafka.strimzi.io/Kafka': 'ready',
  'kafka.strimzi.io/KafkaTopic': 'ready',
  'kafka.strimzi.io/KafkaUser': 'ready',
  'kafka.strimzi.io/KafkaMirrorMaker2': 'mirror',
  'external-secrets.io/ClusterSecretStore': 'ready',
  'external-secrets.io/SecretStore': 'ready',
  'external-secrets.io/ExternalSecret': 'ready',
  'external-secrets.io/PushSecret': 'ready',
  'atlas.mongodb.com/AtlasDeployment': 'ready',
  'awspca.cert-manager.io/AWSPCAClusterIssuer': 'ready',
  'cert-manager.io/ClusterIssuer': 'ready',
  'cert-manager.io/Certificate': 'ready',
  'cert-manager.io/Issuer': 'ready',
  'karpenter.k8s.aws/EC2NodeClass': 'ready',
  'karpenter.sh/NodePool': 'ready',
  'keda.sh/ScaledObject': 'ready',
  'autoscaling/HorizontalPodAutoscaler': 'scaler',
  'batch/CronJob': 'on-demand',
  'gateway.networking.k8s.io/Gateway': 'gateway-api',
  'gateway.networking.k8s.io/HTTPRoute': 'gateway-api',
  'elasticsearch.k8s.elastic.co/Elasticsearch': 'elasticsearch',
  'stackgres.io/SGShardedCluster': 'sharded-cluster',
  'redis.redis.opstreelabs.in/RedisCluster': 'redis-cluster',
  'redis.redis.opstreelabs.in/RedisReplication': 'redis-replication',
  'psmdb.percona.com/PerconaServerMongoDB': 'percona-mongo',
};

/** The longest that a sync may run, in s: more than its jobs and its waits, so that what hangs is told as failed. */
const syncTimeoutSeconds = 3 * 3600;

/** What stands in front of each script: the rule that all of them go by. */
export const healthRule = 'half-hour';

/** A script of `k8s/health` as Argo CD runs it, the rule before it. */
export function healthScript(name: string): string {
  return [healthRule, name]
    .map((file) => readFileSync(new URL(`../health/${file}.lua`, import.meta.url), 'utf8'))
    .join('');
}

/**
 * Our part of Argo CD's own settings, applied on the server's side: what its installation says beside them stays. An
 * environment has a hub of its own, since two would each claim these.
 */
export function addHealthChecks(chart: Chart, namespace: string): void {
  const checks = Object.entries(healthChecks).map(([kind, script]) => [
    `resource.customizations.health.${kind.replace('/', '_')}`,
    healthScript(script),
  ]);
  addSettings(chart, 'argocd-cm', namespace, Object.fromEntries(checks) as Record<string, string>);
  addSettings(chart, 'argocd-cmd-params-cm', namespace, {
    'controller.sync.timeout.seconds': String(syncTimeoutSeconds),
  });
}

function addSettings(chart: Chart, name: string, namespace: string, data: Record<string, string>): void {
  new k8s.KubeConfigMap(chart, name, {
    metadata: {
      name,
      namespace,
      annotations: inWave('foundation'),
      // Argo CD reads no settings without it.
      labels: { 'app.kubernetes.io/name': name, 'app.kubernetes.io/part-of': 'argocd' },
    },
    data,
  });
}
