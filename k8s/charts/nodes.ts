import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { storageClass } from '../../environments/parts.ts';
import { customObject, inWave } from '../custom-object.ts';
import { poolLabel, reservedShareAnnotation, type Place } from '../place.ts';

/**
 * Karpenter's pools: on demand and reserved for what has disks, spot for what may be interrupted. Expiry asks no budget of a
 * pool: machines that came together go together, before others are there. So those with disks have none, and nobody moves a
 * database to save a node: they go when the image above, or the version of Kubernetes that it is for, does (drift), one at a
 * time and each after the next is there.
 */
export function addNodes(chart: Chart, { environment, region }: Place): void {
  const annotations = inWave('foundation');
  const cluster = region.cluster;
  customObject(chart, 'node-class', {
    apiVersion: 'karpenter.k8s.aws/v1',
    kind: 'EC2NodeClass',
    name: 'meridian',
    annotations,
    spec: {
      amiSelectorTerms: [{ alias: 'al2023@v20260901' }],
      role: `${cluster}-node`,
      subnetSelectorTerms: [{ tags: { 'karpenter.sh/discovery': cluster } }],
      securityGroupSelectorTerms: [{ tags: { 'karpenter.sh/discovery': cluster } }],
      metadataOptions: { httpTokens: 'required', httpPutResponseHopLimit: 1 },
      tags: { environment: environment.name },
    },
  });
  new k8s.KubeStorageClass(chart, storageClass, {
    metadata: { name: storageClass, labels: { 'app.kubernetes.io/name': storageClass }, annotations },
    provisioner: 'ebs.csi.aws.com',
    parameters: { type: 'gp3', encrypted: 'true' },
    // A disk outlives its claim: what deletes data is a person.
    reclaimPolicy: 'Retain',
    allowVolumeExpansion: true,
    volumeBindingMode: 'WaitForFirstConsumer',
  });
  for (const pool of region.nodePools) {
    customObject(chart, pool.name, {
      apiVersion: 'karpenter.sh/v1',
      kind: 'NodePool',
      name: pool.name,
      annotations: { ...annotations, [reservedShareAnnotation]: String(pool.reservedShare) },
      spec: {
        template: {
          metadata: { labels: { [poolLabel]: pool.purpose } },
          spec: {
            nodeClassRef: { group: 'karpenter.k8s.aws', kind: 'EC2NodeClass', name: 'meridian' },
            taints: [{ key: poolLabel, value: pool.purpose, effect: 'NoSchedule' }],
            requirements: [
              requirement('karpenter.sh/capacity-type', pool.capacity),
              requirement('karpenter.k8s.aws/instance-family', pool.instanceFamilies),
              requirement('topology.kubernetes.io/zone', region.zones),
            ],
            expireAfter: pool.purpose === 'data' ? 'Never' : '720h',
          },
        },
        // No `terminationGracePeriod`: it would end pods that a disruption budget still holds.
        disruption:
          pool.purpose === 'data'
            ? { consolidationPolicy: 'WhenEmpty', consolidateAfter: '1h', budgets: [{ nodes: '1' }] }
            : {
                consolidationPolicy: 'WhenEmptyOrUnderutilized',
                consolidateAfter: '5m',
                budgets: [{ nodes: '10%' }],
              },
        limits: { cpu: String(pool.limit.cpu), memory: `${pool.limit.memoryGiB}Gi` },
      },
    });
  }
}

function requirement(
  key: string,
  values: readonly string[],
): { key: string; operator: string; values: string[] } {
  return { key, operator: 'In', values: [...values] };
}
