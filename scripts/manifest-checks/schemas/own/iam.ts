import { listOf, managed, reference, text, texts, type OwnKind } from './parts.ts';

/** IAM has no region. */
export const iamKinds: Readonly<Record<string, OwnKind>> = {
  'iam.aws.upbound.io/v1beta1 Role': managed(
    { assumeRolePolicy: text },
    { managedPolicyArns: listOf(text), tags: texts },
  ),
  'iam.aws.upbound.io/v1beta1 RolePolicy': managed({ policy: text, roleRef: reference }),
};
