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
