import type { Environment, Region } from '../../environments/schema.ts';
import { isLinked } from '../mesh-links.ts';

export type Kind = { readonly group: string; readonly kind: string };

function kinds(group: string, ...names: readonly string[]): Kind[] {
  return names.map((kind) => ({ group, kind }));
}

/**
 * The kinds that the charts can render for an environment, by what its regions chose: a project allows these and no more.
 * A kind that is dropped here is refused at once, with the whole revision that has it: leave it for as long as a pinned
 * revision, or one that may be rolled back to, renders it.
 */
export function projectKinds(environment: Environment): {
  readonly ofCluster: readonly Kind[];
  readonly ofNamespaces: readonly Kind[];
} {
  const { regions, scaling, dns } = environment;
  const isMeshLinked = regions.some((region) => isLinked({ environment, region }));
  const some = (chooses: (region: Region) => boolean, ...them: readonly Kind[]): readonly Kind[] =>
    regions.some(chooses) ? them : [];
  return {
    ofCluster: [
      ...kinds('', 'Namespace'),
      ...kinds('pkg.crossplane.io', 'Provider', 'DeploymentRuntimeConfig'),
      ...kinds('aws.upbound.io', 'ProviderConfig'),
      ...kinds('iam.aws.upbound.io', 'Role', 'RolePolicy'),
      ...some(
        ({ database, mongo }) => hasBucket(database) || hasBucket(mongo),
        ...kinds(
          's3.aws.upbound.io',
          'Bucket',
          'BucketPublicAccessBlock',
          'BucketServerSideEncryptionConfiguration',
          'BucketVersioning',
          'BucketLifecycleConfiguration',
        ),
      ),
      ...kinds('route53.aws.upbound.io', 'Zone'),
      ...(regions.length > 1
        ? kinds('ec2.aws.upbound.io', 'VPCPeeringConnection', 'VPCPeeringConnectionAccepter', 'Route')
        : []),
      ...(regions.length > 1 && dns.routing === 'latency'
        ? kinds('route53.aws.upbound.io', 'HealthCheck', 'Record')
        : []),
      ...kinds('eks.aws.upbound.io', 'NodeGroup', 'Addon'),
      ...kinds('karpenter.sh', 'NodePool'),
      ...kinds('karpenter.k8s.aws', 'EC2NodeClass'),
      ...kinds('gateway.networking.k8s.io', 'GatewayClass'),
      ...kinds('cert-manager.io', 'ClusterIssuer'),
      // Whom another region's mesh reads this one's cluster as.
      ...(isMeshLinked ? kinds('rbac.authorization.k8s.io', 'ClusterRole', 'ClusterRoleBinding') : []),
      ...kinds('storage.k8s.io', 'StorageClass'),
      ...kinds('external-secrets.io', 'ClusterSecretStore'),
      ...kinds('configuration.konghq.com', 'KongClusterPlugin'),
      ...some(
        isAurora,
        ...kinds('rds.aws.upbound.io', 'GlobalCluster', 'Cluster', 'ClusterInstance', 'SubnetGroup'),
        ...kinds('kms.aws.upbound.io', 'Key'),
        ...kinds('ec2.aws.upbound.io', 'SecurityGroup', 'SecurityGroupIngressRule'),
      ),
      ...some(
        ({ kafka }) => kafka.kind === 'msk',
        ...kinds('kafka.aws.upbound.io', 'Cluster', 'Configuration'),
        ...kinds('awspca.cert-manager.io', 'AWSPCAClusterIssuer'),
      ),
    ],
    ofNamespaces: [
      ...kinds('', 'ConfigMap', 'Service', 'ServiceAccount', 'ResourceQuota'),
      ...kinds('apps', 'Deployment'),
      // Kong is scaled by what is measured, whatever scales the gateways.
      ...(scaling.gateways === 'fixed' ? [] : kinds('autoscaling', 'HorizontalPodAutoscaler')),
      ...(scaling.gateways === 'predictive'
        ? kinds('jamiethompson.me', 'PredictiveHorizontalPodAutoscaler')
        : []),
      ...(scaling.workers === 'lag' ? kinds('keda.sh', 'ScaledObject', 'TriggerAuthentication') : []),
      ...(scaling.recommendMemory ? kinds('autoscaling.k8s.io', 'VerticalPodAutoscaler') : []),
      ...kinds('batch', 'Job', 'CronJob'),
      ...kinds('networking.k8s.io', 'NetworkPolicy'),
      ...kinds('policy', 'PodDisruptionBudget'),
      ...kinds('rbac.authorization.k8s.io', 'Role', 'RoleBinding'),
      // By a store of the cluster's own, programs get the authorities of brokers and of Redis.
      ...kinds('external-secrets.io', 'ExternalSecret', 'SecretStore'),
      ...some(
        ({ kafka }) => kafka.kind === 'strimzi',
        ...kinds('kafka.strimzi.io', 'Kafka', 'KafkaNodePool', 'KafkaTopic', 'KafkaUser', 'KafkaRebalance'),
      ),
      // What regions show each other.
      ...(regions.length > 1
        ? some(
            ({ kafka, database }) => isMeshLinked || kafka.kind === 'strimzi' || database.kind === 'remote',
            ...kinds('external-secrets.io', 'PushSecret'),
          )
        : []),
      ...(regions.length > 1
        ? some(
            ({ kafka }) => kafka.kind !== 'confluent-cloud',
            ...kinds('kafka.strimzi.io', 'KafkaMirrorMaker2'),
          )
        : []),
      ...some(
        ({ kafka }) => kafka.kind !== 'strimzi',
        ...kinds('kafka.m.crossplane.io', 'ProviderConfig'),
        ...kinds('topic.kafka.m.crossplane.io', 'Topic'),
      ),
      ...some(
        ({ kafka }) => kafka.kind === 'msk',
        ...kinds('acl.kafka.m.crossplane.io', 'AccessControlList'),
      ),
      ...some(
        ({ database }) => database.kind === 'citus',
        ...kinds(
          'stackgres.io',
          'SGShardedCluster',
          'SGInstanceProfile',
          'SGPostgresConfig',
          'SGPoolingConfig',
          'SGObjectStorage',
          'SGScript',
        ),
      ),
      ...some(
        ({ database }) => database.kind === 'sharded',
        ...kinds('postgresql.cnpg.io', 'Cluster', 'Pooler', 'ScheduledBackup'),
      ),
      ...some(({ mongo }) => mongo.kind === 'percona', ...kinds('psmdb.percona.com', 'PerconaServerMongoDB')),
      ...some(({ mongo }) => mongo.kind === 'atlas', ...kinds('atlas.mongodb.com', 'AtlasDeployment')),
      ...kinds('redis.redis.opstreelabs.in', 'RedisCluster', 'RedisReplication'),
      ...kinds('gateway.networking.k8s.io', 'Gateway', 'HTTPRoute'),
      ...kinds('configuration.konghq.com', 'KongPlugin', 'KongConsumer'),
      ...kinds('cert-manager.io', 'Certificate', 'Issuer'),
      ...(isMeshLinked
        ? [...kinds('', 'Secret'), ...kinds('multicluster.x-k8s.io', 'ServiceExport', 'ServiceImport')]
        : []),
      ...kinds('security.istio.io', 'PeerAuthentication', 'AuthorizationPolicy'),
      ...kinds('externaldns.k8s.io', 'DNSEndpoint'),
      ...kinds('elasticsearch.k8s.elastic.co', 'Elasticsearch'),
      ...kinds('kibana.k8s.elastic.co', 'Kibana'),
      ...kinds('jaegertracing.io', 'Jaeger'),
      ...kinds('opentelemetry.io', 'OpenTelemetryCollector'),
      // Rules and dashboards are objects of the observability chart (docs/observability.md).
      ...kinds('monitoring.coreos.com', 'PodMonitor', 'ServiceMonitor', 'PrometheusRule'),
    ],
  };
}

const hasBucket = (system: Region['database'] | Region['mongo']): boolean =>
  'backup' in system && 'bucket' in system.backup;
const isAurora = ({ database }: Region): boolean => database.kind === 'aurora-global';
