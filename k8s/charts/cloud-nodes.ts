import type { Chart } from 'cdk8s';
import { roleName } from '../cloud/roles.ts';
import type { Place } from '../place.ts';
import { cloudObject, tagsOf } from './cloud-object.ts';

/** Pinned: EKS would take its default of the day. */
const addons = {
  network: { name: 'vpc-cni', version: 'v1.23.0-eksbuild.1', settings: { enableNetworkPolicy: 'true' } },
  disks: { name: 'aws-ebs-csi-driver', version: 'v1.66.0-eksbuild.1', settings: {} },
} as const;

/** Nodes for the operators, which Karpenter itself stands on; the network plugin with its policies; the driver of disks. */
export function addClusterParts(chart: Chart, place: Place): void {
  const { cluster: clusterName, cloudRegion, network, operatorNodes } = place.region;
  const { nodes, instanceType, diskGiB } = operatorNodes;
  cloudObject(chart, {
    api: 'eksSecond',
    kind: 'NodeGroup',
    // The group of the cluster's first nodes has this name, too: Crossplane takes it over.
    name: 'operators',
    forProvider: {
      region: cloudRegion,
      clusterName,
      nodeRoleArnRef: { name: roleName(place, 'node') },
      subnetIds: network.subnetIds,
      amiType: 'AL2023_x86_64_STANDARD',
      capacityType: 'ON_DEMAND',
      instanceTypes: [instanceType],
      diskSize: diskGiB,
      scalingConfig: { desiredSize: nodes, minSize: nodes, maxSize: nodes },
      updateConfig: { maxUnavailable: 1 },
      tags: tagsOf(place),
    },
  });
  for (const [purpose, { name, version, settings }] of [
    ['network', addons.network],
    ['disks', addons.disks],
  ] as const) {
    cloudObject(chart, {
      api: 'eks',
      kind: 'Addon',
      name,
      forProvider: {
        region: cloudRegion,
        clusterName,
        addonName: name,
        addonVersion: version,
        serviceAccountRoleArnRef: { name: roleName(place, purpose) },
        configurationValues: JSON.stringify(settings),
        // A new cluster comes with a network plugin that nobody manages.
        resolveConflictsOnCreate: 'OVERWRITE',
        resolveConflictsOnUpdate: 'OVERWRITE',
        // Without the plugin no pod would have a network.
        preserve: true,
        tags: tagsOf(place),
      },
    });
  }
}
