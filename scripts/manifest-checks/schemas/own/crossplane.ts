import { customResource, object, oneOf, texts } from './parts.ts';

export const crossplaneKinds = {
  // Read in package/crds/aws.upbound.io_providerconfigs.yaml of crossplane-contrib/provider-upjet-aws.
  'aws.upbound.io/v1beta1 ProviderConfig': customResource(
    object({
      credentials: object({
        source: oneOf('None', 'Secret', 'IRSA', 'WebIdentity', 'PodIdentity', 'Upbound'),
      }),
    }),
  ),
  // Read in apis/pkg/v1beta1/deployment_runtime_config_types.go of crossplane/crossplane, which requires nothing.
  'pkg.crossplane.io/v1beta1 DeploymentRuntimeConfig': object(
    {},
    {
      spec: object(
        {},
        { serviceAccountTemplate: object({}, { metadata: object({}, { annotations: texts }) }) },
      ),
    },
  ),
};
