import { canonical } from '../json.ts';
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
  readonly fields: readonly FieldChange[];
};

/** Each change once, with all objects and regions it happened to. */
export function groupChanges(changes: readonly ObjectChange[]): readonly ChangeGroup[] {
  const byObject = gather(changes, (change) => `${change.sort} ${change.object.id} ${signature(change)}`);
  const alike = gather(
    byObject.map((same) => ({ same, regions: same.map(({ region }) => region) })),
    ({ same: [first], regions }) =>
      // What is added or deleted is listed by name: only the kind and the regions must be the same.
      `${first!.sort} ${first!.object.group}/${first!.object.kind} ${regions.join()} ${first!.sort === 'changed' ? signature(first!) : ''}`,
  );
  return alike.map((members) => {
    const { same, regions } = members[0]!;
    const { sort, object, fields } = same[0]!;
    const objects = members
      .map((member) => member.same[0]!.object)
      .toSorted((a, b) => titleOf(a).localeCompare(titleOf(b), 'en'));
    return { sort, kind: object.kind, objects, regions, fields };
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
