import { isObject } from '../../rendered/fields.ts';
import type { Schema } from './schema.ts';

/** The value as the API server validates it: absent fields that have a default are filled in. Nothing is changed. */
export function withDefaults(schema: Schema, value: unknown): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items ? value.map((entry) => withDefaults(items, entry)) : value;
  }
  if (!isObject(value)) return value;
  const result: Record<string, unknown> = { ...value };
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const isAbsent = result[name] === undefined || (result[name] === null && !property.nullable);
    if (isAbsent && property.default !== undefined) result[name] = property.default;
  }
  for (const [name, inner] of Object.entries(result)) {
    const property = schemaOfField(schema, name);
    if (property) result[name] = withDefaults(property, inner);
  }
  return result;
}

/** How many CEL rules (`x-kubernetes-validations`) the API server would evaluate for this value. */
export function celRulesFor(schema: Schema, value: unknown): number {
  const own = value === undefined || value === null ? 0 : (schema['x-kubernetes-validations']?.length ?? 0);
  if (Array.isArray(value)) {
    const { items } = schema;
    return items ? value.reduce<number>((sum, entry) => sum + celRulesFor(items, entry), own) : own;
  }
  if (!isObject(value)) return own;
  return Object.entries(value).reduce((sum, [name, inner]) => {
    const property = schemaOfField(schema, name);
    return property ? sum + celRulesFor(property, inner) : sum;
  }, own);
}

function schemaOfField(schema: Schema, name: string): Schema | undefined {
  const { properties, additionalProperties: additional } = schema;
  // `constructor` in a manifest is no field of every object.
  if (properties && Object.hasOwn(properties, name)) return properties[name];
  return typeof additional === 'object' ? additional : undefined;
}
