import {
  flag,
  listOf,
  managed,
  number,
  object,
  oneOf,
  reference,
  text,
  texts,
  type OwnKind,
} from './parts.ts';

/** Of `amiType` the provider lists no values. */
export const eksKinds: Readonly<Record<string, OwnKind>> = {
  'eks.aws.upbound.io/v1beta2 NodeGroup': managed(
    {
      region: text,
      clusterName: text,
      nodeRoleArnRef: reference,
      subnetIds: listOf(text),
      scalingConfig: object({ desiredSize: number, minSize: number, maxSize: number }),
    },
    {
      amiType: text,
      capacityType: oneOf('ON_DEMAND', 'SPOT'),
      instanceTypes: listOf(text),
      diskSize: number,
      updateConfig: object({}, { maxUnavailable: number }),
      tags: texts,
    },
  ),
  'eks.aws.upbound.io/v1beta1 Addon': managed(
    { region: text, clusterName: text, addonName: text },
    {
      addonVersion: text,
      serviceAccountRoleArnRef: reference,
      configurationValues: text,
      resolveConflictsOnCreate: oneOf('NONE', 'OVERWRITE'),
      resolveConflictsOnUpdate: oneOf('NONE', 'OVERWRITE', 'PRESERVE'),
      preserve: flag,
      tags: texts,
    },
  ),
};
