import { k8s } from 'cdk8s-plus-27';
import type { Environment } from '../environments/schema.ts';
import type { SystemName } from '../platform/resources.ts';
import type { Resources } from '../platform/scale.ts';
import { poolLabel } from './place.ts';
import { configOf, hasPlainVariables, secretVariablesOf } from './system-variables.ts';

/** The image of all programs, by digest where the environment wants that. */
export function imageOf({ images }: Environment): string {
  return images.requireDigest
    ? `${images.repository}@${images.digest ?? ''}`
    : `${images.repository}:${images.tag}`;
}

/** The labels by which network policies let a pod reach systems. */
export function usesLabels(systems: readonly string[]): Record<string, string> {
  return Object.fromEntries(systems.map((system) => [`uses.meridian.example/${system}`, 'true']));
}

/** What every pod of ours says about itself: whose account, no rights, no root, which nodes. */
export function ownPod(account: string, pool: 'programs' | 'batch') {
  return {
    serviceAccountName: account,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 65_532,
      runAsGroup: 65_532,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    nodeSelector: { [poolLabel]: pool },
    tolerations: [{ key: poolLabel, operator: 'Equal', value: pool }],
  };
}

/** Requests and limits, and the Pod Security level `restricted`. */
export function ownContainer({ cpuMilli, memoryMiB }: Resources) {
  return {
    resources: {
      requests: {
        cpu: k8s.Quantity.fromString(`${cpuMilli}m`),
        memory: k8s.Quantity.fromString(`${memoryMiB}Mi`),
      },
      // No limit of CPU: throttling would cost latency, and the requests share what there is.
      limits: { memory: k8s.Quantity.fromString(`${memoryMiB}Mi`) },
    },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
  };
}

/** The variables of these systems. */
export function variablesFrom(systems: readonly SystemName[]): k8s.EnvFromSource[] {
  return systems.flatMap((system) => [
    ...(hasPlainVariables(system) ? [{ configMapRef: { name: configOf(system) } }] : []),
    ...(Object.keys(secretVariablesOf(system)).length > 0 ? [{ secretRef: { name: configOf(system) } }] : []),
  ]);
}
