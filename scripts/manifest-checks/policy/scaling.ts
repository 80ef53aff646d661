import { at } from '../../rendered/fields.ts';
import { findingAt, titleOf, type Finding } from '../manifest.ts';
import { scalersOf, verticalScalersOf } from '../scalers.ts';
import { identityOf, type Scope } from '../scope.ts';

/** Exactly one thing decides how many pods a workload has, and no other one changes what it measures. */
export function checkScaling(scope: Scope): readonly Finding[] {
  const scalers = Map.groupBy(scalersOf(scope), ({ target }) => target);
  const workloads = new Map(
    scope.ofKind('apps/Deployment', 'apps/StatefulSet').map((manifest) => [identityOf(manifest), manifest]),
  );
  const several = [...scalers.values()].flatMap(([first, ...more]) =>
    more.map(({ manifest, target, targetPath }) =>
      findingAt(
        manifest,
        targetPath,
        'one-scaler',
        `${target} is scaled by ${titleOf(first!.manifest.object)} already`,
      ),
    ),
  );
  const bounds = [...scalers.values()]
    .flat()
    .flatMap(({ manifest, least, most }) =>
      least > most
        ? [findingAt(manifest, 'spec', 'scaler-bounds', `at least ${least} and at most ${most} pods`)]
        : [],
    );
  const fixed = [...scalers.keys()].flatMap((target) => {
    const workload = workloads.get(target);
    if (!workload || at(workload.object, 'spec', 'replicas') === undefined) return [];
    const scaler = titleOf(scalers.get(target)![0]!.manifest.object);
    return [
      findingAt(
        workload,
        'spec.replicas',
        'replicas-of-scaled',
        `must be left to ${scaler}: each sync would set it back`,
      ),
    ];
  });
  return [...several, ...bounds, ...fixed, ...vertical(scope)];
}

function vertical(scope: Scope): Finding[] {
  const scalers = new Map(scalersOf(scope).map((scaler) => [scaler.target, scaler]));
  return verticalScalersOf(scope).flatMap(({ manifest, target, mode, resources }) => {
    const scaler = scalers.get(target);
    if (!scaler || mode === 'Off' || mode === 'Initial') return [];
    const both = scaler.resources.filter((name) => resources.includes(name));
    // By lag a scaler measures no resource, but a pod that is evicted for a new size is lost to its group all the same.
    const shared = both.length > 0 ? both.join(' and ') : 'the same pods';
    return [
      findingAt(
        manifest,
        'spec.updatePolicy.updateMode',
        'vertical-scaler',
        `${mode} changes ${shared}, which ${titleOf(scaler.manifest.object)} goes by: must be Off or Initial`,
      ),
    ];
  });
}
