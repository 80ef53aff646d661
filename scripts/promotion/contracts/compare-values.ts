import { isDeepStrictEqual } from 'node:util';
import type { Findings } from './compare.ts';
import type { JsonSchema } from './event-schemas.ts';

/** Keywords that say nothing about which values are taken. */
const annotations = [
  '$schema',
  'title',
  'description',
  'default',
  'examples',
  'readOnly',
  'deprecated',
  'id',
];
const least = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'];
const most = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'];

type Change = 'same' | 'wider' | 'narrower' | 'other';

/**
 * Compares the keywords that rule a value, all but those in `passedOver`. A keyword that is not known here and differs is
 * taken for a break: the worse is assumed.
 */
export function compareValues(
  before: JsonSchema,
  after: JsonSchema,
  place: string,
  findings: Findings,
  passedOver: readonly string[] = [],
): void {
  const keywords = new Set([...Object.keys(before), ...Object.keys(after)]);
  for (const keyword of keywords) {
    if (annotations.includes(keyword) || passedOver.includes(keyword)) continue;
    // A const is an enum of one.
    if (keyword === 'const' || (keyword === 'enum' && 'const' in before !== 'const' in after)) continue;
    tell(changeOf(keyword, before[keyword], after[keyword]), keyword, place, findings);
  }
  if (keywords.has('const')) {
    tell(changeOf('enum', valuesOf(before), valuesOf(after)), 'enum', place, findings);
  }
}

function tell(change: Change, keyword: string, place: string, { breaks, wider }: Findings): void {
  if (change === 'wider') wider.push(`${place} takes more values (${keyword})`);
  if (change === 'narrower') breaks.push(`${place} takes fewer values (${keyword})`);
  if (change === 'other') breaks.push(`${place} has another type (${keyword})`);
}

function changeOf(keyword: string, before: unknown, after: unknown): Change {
  if (isDeepStrictEqual(before, after)) return 'same';
  if (keyword === 'type') return changeOfTypes(typesOf(before), typesOf(after));
  if (after === undefined) return 'wider';
  if (before === undefined) return 'narrower';
  if (keyword === 'enum' && Array.isArray(before) && Array.isArray(after)) {
    const taken: readonly unknown[] = after;
    if (before.every((value) => taken.includes(value)))
      return before.length === taken.length ? 'same' : 'wider';
    return 'narrower';
  }
  if (least.includes(keyword)) return Number(after) < Number(before) ? 'wider' : 'narrower';
  if (most.includes(keyword)) return Number(after) > Number(before) ? 'wider' : 'narrower';
  return 'other';
}

const isTaken = (type: unknown, by: readonly unknown[]): boolean =>
  by.includes(type) || (type === 'integer' && by.includes('number'));

function changeOfTypes(before: readonly unknown[], after: readonly unknown[]): Change {
  if (before.every((type) => isTaken(type, after))) return 'wider';
  return after.every((type) => isTaken(type, before)) ? 'narrower' : 'other';
}

/** No type at all takes anything. */
const everyType = ['string', 'number', 'boolean', 'object', 'array', 'null'];
const typesOf = (type: unknown): readonly unknown[] =>
  type === undefined ? everyType : Array.isArray(type) ? type : [type];

function valuesOf(schema: JsonSchema): unknown {
  return 'const' in schema ? [schema['const']] : schema['enum'];
}
