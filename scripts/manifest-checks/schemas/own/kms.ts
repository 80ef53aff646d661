import { flag, managed, number, text, texts, type OwnKind } from './parts.ts';

export const kmsKinds: Readonly<Record<string, OwnKind>> = {
  'kms.aws.upbound.io/v1beta1 Key': managed(
    { region: text },
    { description: text, enableKeyRotation: flag, deletionWindowInDays: number, tags: texts },
  ),
};
