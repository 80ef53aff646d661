import type { Purchase } from '../../environments/prices.ts';
import { reservedShareAnnotation } from '../../k8s/place.ts';
import { at, entriesAt, itemsAt, textAt } from '../rendered/fields.ts';
import type { FleetObject } from './object.ts';
import type { RegionTree } from './tree.ts';
import { specOf, type Workload } from './workload.ts';

/** A part of the capacity that a workload runs on, and how that is bought. */
export type Share = { readonly purchase: Purchase; readonly share: number };

/** The Karpenter pools of a region. */
export function nodePoolsIn(tree: RegionTree): readonly FleetObject[] {
  return [...tree.values()].filter(({ group, kind }) => group === 'karpenter.sh' && kind === 'NodePool');
}

/** The pool whose nodes have all labels that the pods of a workload ask for. Pods that ask for none go anywhere. */
export function poolOf(workload: Workload, tree: RegionTree): FleetObject | undefined {
  const wanted = Object.entries(workload.nodeLabels);
  if (wanted.length === 0) return undefined;
  return nodePoolsIn(tree).find((pool) => {
    const labels = Object.fromEntries(entriesAt(specOf(pool), 'template', 'metadata', 'labels'));
    return wanted.every(
      ([key, value]) => labels[key] === value || (key === 'karpenter.sh/nodepool' && value === pool.name),
    );
  });
}

/** How the nodes of a workload are bought: by its pool; on demand where no pool is known. */
export function sharesOf(workload: Workload, tree: RegionTree): readonly Share[] {
  const pool = poolOf(workload, tree);
  if (!pool) return [{ purchase: 'on-demand', share: 1 }];
  const requirement = itemsAt(specOf(pool), 'template', 'spec', 'requirements').find(
    (candidate) => textAt(candidate, 'key') === 'karpenter.sh/capacity-type',
  );
  // Karpenter takes spot first where it may.
  if (itemsAt(requirement, 'values').includes('spot')) return [{ purchase: 'spot', share: 1 }];
  const reserved = Number(at(pool.value, 'metadata', 'annotations', reservedShareAnnotation) ?? 0);
  return [
    { purchase: 'reserved', share: reserved },
    { purchase: 'on-demand', share: 1 - reserved },
  ];
}
