import { textAt } from '../../rendered/fields.ts';
import type { FleetObject } from '../object.ts';
import type { EnvironmentTree, RegionTree } from '../tree.ts';
import { fieldChanges, type FieldChange } from './field-changes.ts';

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

/** The names of the regions of two renderings, sorted, the hub last. */
export function regionsOf(...trees: readonly EnvironmentTree[]): readonly string[] {
  const names = new Set(trees.flatMap((tree) => [...tree.keys()]));
  return [...names].toSorted((a, b) => Number(a === 'hub') - Number(b === 'hub') || (a < b ? -1 : 1));
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

/** A Secret's values have no place in a comment, even one that should never have been committed. */
function hidden({ group, kind }: FleetObject, field: FieldChange): FieldChange {
  if (group !== '' || kind !== 'Secret' || !/^(data|stringData)\b/.test(field.path)) return field;
  return {
    path: field.path,
    ...(field.before === undefined ? {} : { before: '(not shown)' }),
    ...(field.after === undefined ? {} : { after: '(not shown, differs)' }),
  };
}

/** The annotation value of an object, in either rendering that has one. */
export function annotationOf(object: FleetObject, name: string): string | undefined {
  return textAt(object.value, 'metadata', 'annotations', name);
}
