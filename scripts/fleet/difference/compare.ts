import { textAt } from '../../rendered/fields.ts';
import type { FleetObject } from '../object.ts';
import { isRegion, type EnvironmentTree, type RegionTree } from '../tree.ts';
import { fieldChanges, type FieldChange } from './field-changes.ts';
import { hidden } from './hidden.ts';

/** What became of one object in one region. */
export type ObjectChange = {
  readonly sort: 'added' | 'changed' | 'deleted';
  readonly region: string;
  /** As it is now, or as it was when it is deleted. */
  readonly object: FleetObject;
  readonly before?: FleetObject;
  readonly after?: FleetObject;
  /** Empty unless it changed. */
  readonly fields: readonly FieldChange[];
};

const empty: RegionTree = new Map();

/** What differs between two renderings of an environment, in all regions of both. */
export function compareEnvironments(base: EnvironmentTree, head: EnvironmentTree): readonly ObjectChange[] {
  return regionsOf(base, head).flatMap((region) =>
    compareRegions(region, base.get(region) ?? empty, head.get(region) ?? empty),
  );
}

/** The names of the regions of two renderings, sorted, what is beside the regions last. */
export function regionsOf(...trees: readonly EnvironmentTree[]): readonly string[] {
  const names = new Set(trees.flatMap((tree) => [...tree.keys()]));
  return [...names].toSorted((a, b) => Number(isRegion(b)) - Number(isRegion(a)) || (a < b ? -1 : 1));
}

function compareRegions(region: string, base: RegionTree, head: RegionTree): readonly ObjectChange[] {
  const gone = [...base.values()]
    .filter(({ id }) => !head.has(id))
    .map((before): ObjectChange => ({ sort: 'deleted', region, object: before, before, fields: [] }));
  const rest = [...head.values()].flatMap((after): readonly ObjectChange[] => {
    const before = base.get(after.id);
    if (!before) return [{ sort: 'added', region, object: after, after, fields: [] }];
    const fields = fieldChanges(before.value, after.value).map((field) => hidden(after, field));
    return fields.length === 0 ? [] : [{ sort: 'changed', region, object: after, before, after, fields }];
  });
  return [...gone, ...rest];
}

/** The annotation value of an object, in either rendering that has one. */
export function annotationOf(object: FleetObject, name: string): string | undefined {
  return textAt(object.value, 'metadata', 'annotations', name);
}
