import { k8s } from 'cdk8s-plus-27';
import type { Place } from './place.ts';
import { surgeShare } from './programs.ts';

/**
 * Has Reloader roll a Deployment out again when a Secret that its pods read changed (docs/adr/0021): neither a variable nor
 * what a process read at its start changes under it.
 */
export const restartsWithSecrets = { 'secret.reloader.stakater.com/auto': 'true' } as const;

/** What Reloader writes into a pod template, in which Argo CD is not to see a difference. */
export const reloadedPointer =
  '/spec/template/metadata/annotations/reloader.stakater.com~1last-reloaded-from';

/** How a Deployment goes from one revision to the next: without a pod less than before, and given up in the environment's time. */
export function rolloutOf({ environment }: Place) {
  return {
    progressDeadlineSeconds: environment.delivery.progressDeadlineSeconds,
    revisionHistoryLimit: 3,
    strategy: {
      type: 'RollingUpdate',
      rollingUpdate: {
        maxUnavailable: k8s.IntOrString.fromNumber(0),
        maxSurge: k8s.IntOrString.fromString(`${surgeShare * 100}%`),
      },
    },
  };
}
