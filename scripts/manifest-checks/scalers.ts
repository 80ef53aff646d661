import { fieldsAt, listAt, numberAt, textAt, textsAt } from '../rendered/fields.ts';
import { groupKindOf, type Manifest } from './manifest.ts';
import { namespaceOf } from './pods.ts';
import type { Scope } from './scope.ts';

/** Something that sets how many pods a workload has. */
export type Scaler = {
  readonly manifest: Manifest;
  /** `apps/Deployment meridian/order-service`. */
  readonly target: string;
  readonly targetPath: string;
  readonly least: number;
  readonly most: number;
  /** Resources whose use decides: cpu, memory. */
  readonly resources: readonly string[];
};

const horizontal = [
  'autoscaling/HorizontalPodAutoscaler',
  'jamiethompson.me/PredictiveHorizontalPodAutoscaler',
  'keda.sh/ScaledObject',
] as const;

export function scalersOf(scope: Scope): readonly Scaler[] {
  return scope.ofKind(...horizontal).map((manifest) => {
    const { object } = manifest;
    const isKeda = groupKindOf(object) === 'keda.sh/ScaledObject';
    const triggers = listAt(object, 'spec', 'triggers').map((trigger) => textAt(trigger, 'type') ?? '');
    const metrics = listAt(object, 'spec', 'metrics').map(
      (metric) => textAt(metric, 'resource', 'name') ?? '',
    );
    return {
      manifest,
      target: targetOf(manifest),
      targetPath: 'spec.scaleTargetRef',
      // KEDA scales to zero unless told otherwise; an HPA keeps one.
      least: numberAt(object, 'spec', isKeda ? 'minReplicaCount' : 'minReplicas') ?? (isKeda ? 0 : 1),
      most: numberAt(object, 'spec', isKeda ? 'maxReplicaCount' : 'maxReplicas') ?? 100,
      resources: (isKeda ? triggers : metrics).filter((name) => name === 'cpu' || name === 'memory'),
    };
  });
}

function targetOf(manifest: Manifest): string {
  const reference = fieldsAt(manifest.object, 'spec', 'scaleTargetRef');
  return workloadName(
    textAt(reference, 'apiVersion') ?? 'apps/v1',
    textAt(reference, 'kind') ?? 'Deployment',
    namespaceOf(manifest),
    textAt(reference, 'name') ?? '',
  );
}

const workloadName = (apiVersion: string, kind: string, namespace: string, name: string): string =>
  `${groupKindOf({ apiVersion, kind })} ${namespace}/${name}`;

/** A vertical scaler that changes pods by itself (`Auto`, `Recreate`, `InPlaceOrRecreate`), and what it may change. */
export type VerticalScaler = {
  readonly manifest: Manifest;
  readonly target: string;
  readonly mode: string;
  readonly resources: readonly string[];
};

export function verticalScalersOf(scope: Scope): readonly VerticalScaler[] {
  return scope.ofKind('autoscaling.k8s.io/VerticalPodAutoscaler').map((manifest) => {
    const { object } = manifest;
    const reference = fieldsAt(object, 'spec', 'targetRef');
    const controlled = listAt(object, 'spec', 'resourcePolicy', 'containerPolicies').map((policy) =>
      policy['controlledResources'] === undefined
        ? ['cpu', 'memory']
        : textsAt(policy, 'controlledResources'),
    );
    return {
      manifest,
      target: workloadName(
        textAt(reference, 'apiVersion') ?? 'apps/v1',
        textAt(reference, 'kind') ?? '',
        namespaceOf(manifest),
        textAt(reference, 'name') ?? '',
      ),
      mode: textAt(object, 'spec', 'updatePolicy', 'updateMode') ?? 'Auto',
      resources: controlled.length === 0 ? ['cpu', 'memory'] : [...new Set(controlled.flat())],
    };
  });
}
