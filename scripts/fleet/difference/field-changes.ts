import { canonical, equal, isList, isObject, type Json, type JsonObject } from '../../rendered/fields.ts';
import { mergeKeyOf } from './merge-keys.ts';

/** One field that differs; a side is absent where the field is. */
export type FieldChange = { readonly path: string; readonly before?: Json; readonly after?: Json };

/** The fields in which two objects differ. Lists are matched by the keys that Kubernetes merges them by. */
export function fieldChanges(before: JsonObject, after: JsonObject): readonly FieldChange[] {
  return before === after ? [] : objectChanges('', before, after);
}

function changes(path: string, before: Json | undefined, after: Json | undefined): readonly FieldChange[] {
  if (before === undefined && after === undefined) return [];
  if (before === undefined) return [{ path, after: after! }];
  if (after === undefined) return [{ path, before }];
  if (isObject(before) && isObject(after)) return objectChanges(path, before, after);
  if (isList(before) && isList(after)) return listChanges(path, before, after);
  return equal(before, after) ? [] : [{ path, before, after }];
}

function objectChanges(path: string, before: JsonObject, after: JsonObject): readonly FieldChange[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) => changes(step(path, key), before[key], after[key]));
}

function step(path: string, key: string): string {
  if (!/^[\w-]+$/.test(key)) return `${path}["${key}"]`;
  return path === '' ? key : `${path}.${key}`;
}

function listChanges(path: string, before: readonly Json[], after: readonly Json[]): readonly FieldChange[] {
  if (equal(before, after)) return [];
  const field = /(\w+)$/.exec(path)?.[1] ?? '';
  const key = mergeKeyOf(field, before, after);
  return key ? keyedChanges(path, before, after, key) : setChanges(path, before, after);
}

function keyedChanges(
  path: string,
  before: readonly Json[],
  after: readonly Json[],
  key: (item: Json) => string,
): readonly FieldChange[] {
  const left = new Map(before.map((item) => [key(item), item]));
  const right = new Map(after.map((item) => [key(item), item]));
  const names = new Set([...left.keys(), ...right.keys()]);
  const inside = [...names].flatMap((name) => changes(`${path}[${name}]`, left.get(name), right.get(name)));
  const orders = [left, right].map((side, index) =>
    [...side.keys()].filter((name) => (index === 0 ? right : left).has(name)),
  );
  if (equal(orders[0], orders[1])) return inside;
  return [...inside, { path: `${path}: order`, before: [...left.keys()], after: [...right.keys()] }];
}

/** Without a key: equal items belong together; a single other one on each side is the same item, changed. */
function setChanges(path: string, before: readonly Json[], after: readonly Json[]): readonly FieldChange[] {
  // The order of plain values means something (arguments, commands), and a short list is read as a whole.
  if ([...before, ...after].every((item) => !isObject(item) && !isList(item)))
    return [{ path, before, after }];
  const gone = without(before, after);
  const come = without(after, before);
  if (gone.length === 0 && come.length === 0) return [{ path: `${path}: order`, before, after }];
  const [was] = gone;
  const [is] = come;
  if (gone.length === 1 && come.length === 1 && isObject(was) && isObject(is))
    return objectChanges(`${path}[${before.indexOf(was)}]`, was, is);
  return [
    ...gone.map((item) => ({ path: `${path}[]`, before: item })),
    ...come.map((item) => ({ path: `${path}[]`, after: item })),
  ];
}

/** The items of a list that have no equal in another; one equal takes away one. */
function without(list: readonly Json[], other: readonly Json[]): readonly Json[] {
  const left = new Map<string, number>();
  for (const item of other.map(canonical)) left.set(item, (left.get(item) ?? 0) + 1);
  return list.filter((item) => {
    const text = canonical(item);
    const count = left.get(text) ?? 0;
    if (count > 0) left.set(text, count - 1);
    return count === 0;
  });
}
