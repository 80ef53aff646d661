import { k8s } from 'cdk8s-plus-27';
import type { Place } from './place.ts';
import { surgeShare } from './programs.ts';

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
