import type { Size } from '../../environments/parts.ts';
import { poolLabel } from '../place.ts';

/** Data gets what it asks for and no more, so that a node is never overcommitted. */
export function requestsAndLimits({
  cpu,
  memoryGiB,
}: Size): Record<'requests' | 'limits', Record<string, string>> {
  const size = { cpu: String(cpu), memory: `${memoryGiB}Gi` };
  return { requests: size, limits: size };
}

const pool = { [poolLabel]: 'data' };
const tolerations = [{ key: poolLabel, operator: 'Equal', value: 'data', effect: 'NoSchedule' }];

/** Onto the nodes with disks. */
export const dataNodes = { nodeSelector: pool, tolerations } as const;

/** The same as node affinity, for the operators that take no selector. */
export function onDataNodes(): Record<string, unknown> {
  return {
    tolerations,
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: poolLabel, operator: 'In', values: ['data'] }] }],
        },
      },
    },
  };
}

/** As many of these pods in a zone as in any other; by default if there is room. */
export function overZones(
  matchLabels: Readonly<Record<string, string>>,
  whenUnsatisfiable: 'ScheduleAnyway' | 'DoNotSchedule' = 'ScheduleAnyway',
): {
  topologyKey: string;
  maxSkew: number;
  whenUnsatisfiable: string;
  labelSelector: { matchLabels: Record<string, string> };
}[] {
  return [
    {
      topologyKey: 'topology.kubernetes.io/zone',
      maxSkew: 1,
      whenUnsatisfiable,
      labelSelector: { matchLabels: { ...matchLabels } },
    },
  ];
}

/** The spec of a claim. */
export function volumeOf({
  storageGiB,
  storageClass,
}: {
  readonly storageGiB: number;
  readonly storageClass: string;
}): {
  storageClassName: string;
  accessModes: string[];
  resources: { requests: { storage: string } };
} {
  return {
    storageClassName: storageClass,
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: `${storageGiB}Gi` } },
  };
}
