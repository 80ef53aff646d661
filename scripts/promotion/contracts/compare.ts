import { isDeepStrictEqual } from 'node:util';
import type { EventSchemas, JsonSchema } from './event-schemas.ts';
import { compareValues } from './compare-values.ts';

/**
 * What a change of the contracts does to releases that run beside each other. `breaks` are refused; `wider` is what only
 * the next release may write, since the one before does not take it yet.
 */
export type Comparison = { readonly breaks: readonly string[]; readonly wider: readonly string[] };

export type Findings = { readonly breaks: string[]; readonly wider: string[] };

/** Compares each event of the release before with the one to come; a topic or type that is new harms nobody. */
export function compareContracts(before: EventSchemas, after: EventSchemas): Comparison {
  const findings: Findings = { breaks: [], wider: [] };
  for (const [topic, types] of Object.entries(before)) {
    for (const [type, schema] of Object.entries(types)) {
      const next = after[topic]?.[type];
      if (next) compareSchemas(schema, next, `${topic}/${type}`, findings);
      else findings.breaks.push(`${topic}/${type} is gone`);
    }
  }
  return findings;
}

/** Adds what differs at a place; equal schemas add nothing. */
function compareSchemas(before: JsonSchema, after: JsonSchema, place: string, findings: Findings): void {
  if (isDeepStrictEqual(before, after)) return;
  if (isUnion(before) || isUnion(after)) compareUnions(before, after, place, findings);
  else if (before['type'] === 'object' && after['type'] === 'object')
    compareObjects(before, after, place, findings);
  else if (before['type'] === 'array' && after['type'] === 'array') {
    compareSchemas(schemaAt(before, 'items'), schemaAt(after, 'items'), `${place}[]`, findings);
    compareValues(before, after, place, findings, ['items']);
  } else compareValues(before, after, place, findings);
}

function compareObjects(before: JsonSchema, after: JsonSchema, place: string, findings: Findings): void {
  const [fieldsBefore, fieldsAfter] = [fieldsOf(before), fieldsOf(after)];
  const [mustBefore, mustAfter] = [requiredOf(before), requiredOf(after)];
  for (const [field, schema] of Object.entries(fieldsBefore)) {
    const where = `${place}.${field}`;
    const next = fieldsAfter[field];
    if (next === undefined) {
      if (mustBefore.has(field)) findings.breaks.push(`${where} is gone`);
      continue;
    }
    compareSchemas(schema, next, where, findings);
    if (mustBefore.has(field) && !mustAfter.has(field)) findings.wider.push(`${where} may be left out`);
  }
  const refusesNewFields = before['additionalProperties'] === false;
  for (const field of Object.keys(fieldsAfter)) {
    const where = `${place}.${field}`;
    if (mustAfter.has(field) && !mustBefore.has(field)) findings.breaks.push(`${where} is newly required`);
    else if (!(field in fieldsBefore) && refusesNewFields)
      findings.breaks.push(`${where} is new, and the release before refuses unknown fields`);
  }
  const [restBefore, restAfter] = [before['additionalProperties'], after['additionalProperties']];
  if (isSchema(restBefore) && isSchema(restAfter))
    compareSchemas(restBefore, restAfter, `${place}.*`, findings);
  else if (!isDeepStrictEqual(restBefore ?? true, restAfter ?? true)) {
    if (restAfter === undefined || restAfter === true)
      findings.wider.push(`${place} takes unknown fields now`);
    else findings.breaks.push(`${place} refuses fields that it took`);
  }
  compareValues(before, after, place, findings, ['properties', 'required', 'additionalProperties']);
}

/** Each variant of before must still be taken: as it is, or as the only one that changed. */
function compareUnions(before: JsonSchema, after: JsonSchema, place: string, findings: Findings): void {
  const old = variantsOf(before);
  const next = variantsOf(after);
  const changed = old.filter((variant) => !next.some((other) => isDeepStrictEqual(variant, other)));
  const added = next.filter((variant) => !old.some((other) => isDeepStrictEqual(variant, other)));
  const [only, other] = [changed[0], added[0]];
  if (changed.length === 1 && added.length === 1 && only && other)
    return compareSchemas(only, other, place, findings);
  if (changed.length > 0) findings.breaks.push(`${place} has another type`);
  else if (added.length > 0) findings.wider.push(`${place} takes more types`);
}

const unionOf = (schema: JsonSchema): unknown => schema['anyOf'] ?? schema['oneOf'];
const isUnion = (schema: JsonSchema): boolean => Array.isArray(unionOf(schema));
const variantsOf = (schema: JsonSchema): readonly JsonSchema[] =>
  isUnion(schema) ? (unionOf(schema) as readonly JsonSchema[]) : [schema];
const isSchema = (given: unknown): given is JsonSchema => typeof given === 'object' && given !== null;
const schemaAt = (schema: JsonSchema, key: string): JsonSchema => (schema[key] ?? {}) as JsonSchema;
const fieldsOf = (schema: JsonSchema): Readonly<Record<string, JsonSchema>> =>
  (schema['properties'] ?? {}) as Record<string, JsonSchema>;
const requiredOf = (schema: JsonSchema): ReadonlySet<string> =>
  new Set((schema['required'] ?? []) as readonly string[]);
