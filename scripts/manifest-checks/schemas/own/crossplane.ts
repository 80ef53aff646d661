import { object, oneOf, ofCluster, texts, type OwnKind } from './parts.ts';

export const crossplaneKinds: Readonly<Record<string, OwnKind>> = {
  'aws.upbound.io/v1beta1 ProviderConfig': ofCluster(
    object({
      credentials: object({
        source: oneOf('None', 'Secret', 'IRSA', 'WebIdentity', 'PodIdentity', 'Upbound'),
      }),
    }),
  ),
  // Read in apis/pkg/v1beta1/deployment_runtime_config_types.go of crossplane/crossplane, which requires nothing.
  'pkg.crossplane.io/v1beta1 DeploymentRuntimeConfig': {
    isNamespaced: false,
    schema: object(
      {},
      {
        spec: object(
          {},
          { serviceAccountTemplate: object({}, { metadata: object({}, { annotations: texts }) }) },
        ),
      },
    ),
  },
};
