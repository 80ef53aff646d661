import { at, equal, type Json } from '../../../rendered/fields.ts';
import type { RegionTree } from '../../tree.ts';
import type { ObjectChange } from '../compare.ts';

/** The rest of the region that an object changes in. */
export type Surroundings = { readonly base: RegionTree; readonly head: RegionTree };

/** Looks at one change and says, in plain words, what is dangerous about it; nothing when nothing is. */
export type FlagRule = (change: ObjectChange, around: Surroundings) => readonly string[];

/** Whether a field that was set has another value now, or none. */
export function movedAt({ before, after }: ObjectChange, ...path: readonly string[]): boolean {
  if (!before || !after) return false;
  return !equal(at(before.value, ...path), at(after.value, ...path));
}

/** The value at a path before and after. */
export function bothAt(
  { before, after }: ObjectChange,
  ...path: readonly string[]
): readonly [before: Json | undefined, after: Json | undefined] {
  return [at(before?.value, ...path), at(after?.value, ...path)];
}
