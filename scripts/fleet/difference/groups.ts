import { canonical } from '../../rendered/fields.ts';
import { titleOf, type FleetObject } from '../object.ts';
import type { ObjectChange } from './compare.ts';
import type { FieldChange } from './field-changes.ts';

/** The same change of several objects of one kind, in several regions. */
export type ChangeGroup = {
  readonly sort: ObjectChange['sort'];
  readonly kind: string;
  /** "Deployment meridian/order-service", by name. */
  readonly objects: readonly FleetObject[];
  readonly regions: readonly string[];
  /** Whether what was added or deleted is the same in all of them; a change always is. */
  readonly identical: boolean;
  readonly fields: readonly FieldChange[];
};

/** Each change once, with all objects and regions it happened to. */
export function groupChanges(changes: readonly ObjectChange[]): readonly ChangeGroup[] {
  const byObject = gather(
    changes,
    (change) => `${change.sort} ${change.object.id} ${change.sort === 'changed' ? signature(change) : ''}`,
  ).map((same) => ({
    first: same[0]!,
    regions: same.map(({ region }) => region),
    identical: new Set(same.map(signature)).size === 1,
  }));
  // What is added or deleted is listed by name: only the kind and the regions must be the same.
  const alike = gather(byObject, ({ first, regions, identical }) => {
    const content = first.sort === 'changed' ? signature(first) : String(identical);
    return `${first.sort} ${first.object.group}/${first.object.kind} ${regions.join()} ${content}`;
  });
  return alike.map((members) => {
    const { first, regions, identical } = members[0]!;
    const { sort, object, fields } = first;
    const objects = members
      .map((member) => member.first.object)
      .toSorted((x, y) => titleOf(x).localeCompare(titleOf(y), 'en'));
    return { sort, kind: object.kind, objects, regions, identical, fields };
  });
}

/** What happened, without the name of the region it happened in. */
function signature({ object, region, fields, sort }: ObjectChange): string {
  const content =
    sort === 'changed' ? canonical(fields.map((field) => ({ ...field }))) : canonical(object.value);
  return content.replaceAll(region, '(region)');
}

export function gather<T>(items: readonly T[], key: (item: T) => string): readonly (readonly T[])[] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const name = key(item);
    const group = groups.get(name);
    if (group) group.push(item);
    else groups.set(name, [item]);
  }
  return [...groups.values()];
}
