import { toJavaScriptPattern } from './re2-pattern.ts';
import type { JsonSchema, Schema } from './schema.ts';

const copied = new Set([
  'required',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
  'multipleOf',
  'uniqueItems',
]);
/** Structural schemas may not have these; passing over them would check less than it seems. */
const forbidden = ['patternProperties', 'dependencies', 'additionalItems', 'definitions'];
const checkedFormats = new Set(['byte', 'date-time', 'duration', 'int32', 'int64', 'ipv4', 'ipv6']);

/**
 * What a node says about a value itself, in the words of JSON Schema; nothing about what lies inside. Keywords that no
 * schema has are left out, as the API server drops them (some definitions have fields of theirs one level too high).
 */
export function valueRules(schema: Schema): JsonSchema {
  const rules: JsonSchema = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === 'pattern') rules['pattern'] = toJavaScriptPattern(String(value));
    else if (copied.has(keyword)) rules[keyword] = value;
    else if (forbidden.includes(keyword)) throw new TypeError(`no structural schema has ${keyword}`);
  }
  const type = typeOf(schema);
  if (type !== undefined) rules['type'] = type;
  if (schema.enum) rules['enum'] = schema.nullable ? [...schema.enum, null] : schema.enum;
  if (schema.format !== undefined && checkedFormats.has(schema.format)) rules['format'] = schema.format;
  return { ...rules, ...limits(schema), ...uniqueness(schema) };
}

function typeOf(schema: Schema): string | readonly string[] | undefined {
  if (schema['x-kubernetes-int-or-string'] || schema.format === 'int-or-string') {
    return schema.nullable ? ['integer', 'string', 'null'] : ['integer', 'string'];
  }
  if (typeof schema.type !== 'string') return undefined;
  return schema.nullable ? [schema.type, 'null'] : schema.type;
}

// OpenAPI 3.0 has `exclusiveMinimum: true` beside `minimum`; JSON Schema has the number itself.
function limits(schema: Schema): JsonSchema {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  return {
    ...(minimum === undefined ? {} : { [exclusiveMinimum ? 'exclusiveMinimum' : 'minimum']: minimum }),
    ...(maximum === undefined ? {} : { [exclusiveMaximum ? 'exclusiveMaximum' : 'maximum']: maximum }),
  };
}

function uniqueness(schema: Schema): JsonSchema {
  const keys = schema['x-kubernetes-list-map-keys'];
  if (schema['x-kubernetes-list-type'] === 'set') return { uniqueItems: true };
  if (schema['x-kubernetes-list-type'] !== 'map' || !keys) return {};
  const properties = schema.items?.properties ?? {};
  return { uniqueBy: keys.map((key) => ({ key, whenAbsent: properties[key]?.default ?? null })) };
}
