import {
  count,
  flag,
  listOf,
  managed,
  number,
  object,
  ofCluster,
  ofNamespace,
  oneOf,
  reference,
  text,
  texts,
  type OwnKind,
} from './parts.ts';

/** Of the Kafka provider's kinds, which live in a namespace and are handed a provider there. */
const byProvider = { providerConfigRef: object({ kind: text, name: text }) };

const operations =
  'Unknown Any All Read Write Create Delete Alter Describe ClusterAction DescribeConfigs AlterConfigs IdempotentWrite';

/** Brokers of MSK, and what is asked of a Kafka that is somebody else's. */
export const kafkaKinds: Readonly<Record<string, OwnKind>> = {
  'kafka.aws.upbound.io/v1beta1 Configuration': managed(
    { region: text, name: text, serverProperties: text },
    { kafkaVersions: listOf(text) },
  ),
  'kafka.aws.upbound.io/v1beta3 Cluster': managed(
    {
      region: text,
      clusterName: text,
      kafkaVersion: text,
      numberOfBrokerNodes: number,
      brokerNodeGroupInfo: object(
        { instanceType: text, clientSubnets: listOf(text), securityGroups: listOf(text) },
        { storageInfo: object({}, { ebsStorageInfo: object({}, { volumeSize: number }) }) },
      ),
    },
    {
      configurationInfo: object({ arnRef: reference, revision: number }),
      clientAuthentication: object({}, { tls: object({}, { certificateAuthorityArns: listOf(text) }) }),
      encryptionInfo: object(
        {},
        {
          encryptionInTransit: object(
            {},
            { clientBroker: oneOf('TLS', 'TLS_PLAINTEXT', 'PLAINTEXT'), inCluster: flag },
          ),
        },
      ),
    },
  ),
  'awspca.cert-manager.io/v1beta1 AWSPCAClusterIssuer': ofCluster(object({ arn: text }, { region: text })),
  'kafka.m.crossplane.io/v1alpha1 ProviderConfig': ofNamespace(
    object({
      credentials: object({
        source: oneOf('None', 'Secret', 'InjectedIdentity', 'Environment', 'Filesystem'),
        secretRef: object({ namespace: text, name: text, key: text }),
      }),
    }),
  ),
  'topic.kafka.m.crossplane.io/v1alpha1 Topic': ofNamespace(
    object(
      { forProvider: object({ partitions: count, replicationFactor: count }, { config: texts }) },
      byProvider,
    ),
  ),
  'acl.kafka.m.crossplane.io/v1alpha1 AccessControlList': ofNamespace(
    object(
      {
        forProvider: object({
          resourceName: text,
          resourceType: oneOf('Unknown', 'Any', 'Topic', 'Group', 'Cluster', 'TransactionalID'),
          resourcePrincipal: text,
          resourceHost: text,
          resourceOperation: oneOf(...operations.split(' ')),
          resourcePermissionType: oneOf('Unknown', 'Any', 'Allow', 'Deny'),
          resourcePatternTypeFilter: oneOf('Prefixed', 'Any', 'Match', 'Literal'),
        }),
      },
      byProvider,
    ),
  ),
};
