import { at, fieldsAt, isObject } from '../../rendered/fields.ts';
import { findingAt, type Finding, type Manifest } from '../manifest.ts';
import { containersOf, namespaceOf, podsOf, replicasOf, type PodTemplate } from '../pods.ts';
import { scalersOf, type Scaler } from '../scalers.ts';
import { identityOf, type Scope } from '../scope.ts';
import { matches } from '../selectors.ts';

/** A drained node or a dead zone takes a part of a workload only, and a sick pod gets no requests. */
export function checkAvailability(scope: Scope): readonly Finding[] {
  const scalers = new Map(scalersOf(scope).map((scaler) => [scaler.target, scaler]));
  const budgets = scope.ofKind('policy/PodDisruptionBudget');
  return podsOf(scope)
    .filter(({ manifest }) => manifest.object.kind === 'Deployment')
    .flatMap((pod) => {
      const { least, most } = sizeOf(pod.manifest, scalers.get(identityOf(pod.manifest)));
      return [
        ...(least > 1 ? budgetOf(pod, least, budgets) : []),
        ...(most > 1 ? spreadOf(pod) : []),
        ...probesOf(pod),
      ];
    });
}

function sizeOf(manifest: Manifest, scaler: Scaler | undefined): { least: number; most: number } {
  if (scaler) return scaler;
  return { least: replicasOf(manifest), most: replicasOf(manifest) };
}

function budgetOf({ manifest, labels }: PodTemplate, least: number, budgets: readonly Manifest[]): Finding[] {
  const own = budgets.filter(
    (budget) =>
      namespaceOf(budget) === namespaceOf(manifest) &&
      matches(fieldsAt(budget.object, 'spec', 'selector'), labels),
  );
  if (own.length !== 1) {
    const message =
      own.length === 0
        ? `has ${least} pods or more and no PodDisruptionBudget`
        : `has ${own.length} PodDisruptionBudgets: an eviction is refused where there are several`;
    return [findingAt(manifest, '', 'disruption-budget', message)];
  }
  const minAvailable = at(own[0]!.object, 'spec', 'minAvailable');
  const maxUnavailable = at(own[0]!.object, 'spec', 'maxUnavailable');
  const blocks =
    maxUnavailable === 0 ||
    maxUnavailable === '0%' ||
    minAvailable === '100%' ||
    (typeof minAvailable === 'number' && minAvailable >= least);
  return blocks
    ? [findingAt(own[0]!, 'spec', 'disruption-budget', `lets no pod of ${least} go: no node can be drained`)]
    : [];
}

function spreadOf({ manifest, path, spec, labels }: PodTemplate): Finding[] {
  const constraints = Array.isArray(spec['topologySpreadConstraints'])
    ? spec['topologySpreadConstraints']
    : [];
  const keys = constraints
    .filter(isObject)
    .filter((constraint) => matches(fieldsAt(constraint, 'labelSelector'), labels))
    .map(({ topologyKey }) => topologyKey);
  return keys.includes('topology.kubernetes.io/zone')
    ? []
    : [
        findingAt(
          manifest,
          `${path}.topologySpreadConstraints`,
          'topology-spread',
          'must spread these pods over zones (topology.kubernetes.io/zone)',
        ),
      ];
}

function probesOf(pod: PodTemplate): Finding[] {
  return containersOf(pod)
    .filter(({ isInit }) => !isInit)
    .flatMap(({ path, fields }) =>
      ['readinessProbe', 'livenessProbe']
        .filter((name) => fields[name] === undefined)
        .map((name) => findingAt(pod.manifest, `${path}.${name}`, 'probes', 'is required for a Deployment')),
    );
}
