import { listOf, managed, reference, text, texts } from './parts.ts';

// Read in apis/cluster/iam of crossplane-contrib/provider-upjet-aws: zz_role_types.go, zz_rolepolicy_types.go. IAM has no region.
export const iamKinds = {
  'iam.aws.upbound.io/v1beta1 Role': managed(
    { assumeRolePolicy: text },
    { managedPolicyArns: listOf(text), tags: texts },
  ),
  'iam.aws.upbound.io/v1beta1 RolePolicy': managed({ policy: text, roleRef: reference }),
};
