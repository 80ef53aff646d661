import { definitionRef, objectMetaName, type JsonSchema, type Schema } from './schema.ts';
import { valueRules } from './value-rules.ts';

const quantityName = 'io.k8s.apimachinery.pkg.api.resource.Quantity';
const quantity: JsonSchema = { type: ['string', 'number'], format: 'quantity' };

/** A structural schema of a custom resource, closed: a field that the API server would prune is an error. */
export function closedCustomResource(schema: Schema): JsonSchema {
  const { metadata, ...properties } = schema.properties ?? {};
  const root = closed({ ...schema, properties });
  return withObjectFields(root, metadata);
}

/** The schema of a built-in type, closed where the type has named fields. */
export function closedBuiltIn(name: string, schema: Schema): JsonSchema {
  if (name === quantityName) return quantity;
  // RawExtension and FieldsV1 are objects of any content: no named fields, and nothing to refuse.
  const isOpen = schema.properties === undefined && schema.additionalProperties === undefined;
  return isOpen ? { ...closed(schema), additionalProperties: true } : closed(schema);
}

function closed(schema: Schema): JsonSchema {
  const reference = referenceOf(schema);
  if (reference !== undefined) return { $ref: reference };
  const result: JsonSchema = { ...valueRules(schema), ...alternatives(schema) };
  const { properties, additionalProperties: additional, items } = schema;
  if (properties) result['properties'] = mapValues(properties, closed);
  if (items) result['items'] = closed(items);
  if (typeof additional === 'object') result['additionalProperties'] = closed(additional);
  else if (additional !== undefined) result['additionalProperties'] = additional;
  else if (schema.type === 'object' && !schema['x-kubernetes-preserve-unknown-fields']) {
    result['additionalProperties'] = false;
  }
  return schema['x-kubernetes-embedded-resource'] ? embedded(result, schema) : result;
}

/** In built-in kinds a field of another type is `allOf: [{$ref}]`, so that it can have a description of its own. */
function referenceOf(schema: Schema): string | undefined {
  const name = (schema.$ref ?? schema.allOf?.[0]?.$ref)?.replace('#/components/schemas/', '');
  return name === undefined ? undefined : definitionRef(name);
}

function embedded(result: JsonSchema, schema: Schema): JsonSchema {
  const { metadata, ...properties } = (result['properties'] ?? {}) as Record<string, JsonSchema>;
  const rest = withObjectFields({ ...result, properties }, schema.properties?.['metadata']);
  return { ...rest, required: [...new Set(['apiVersion', 'kind', ...(schema.required ?? [])])] };
}

function withObjectFields(result: JsonSchema, metadata: Schema | undefined): JsonSchema {
  const objectMeta = { $ref: definitionRef(objectMetaName) };
  return {
    ...result,
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      ...(result['properties'] as object),
      // A definition may only narrow what metadata may be, as by a maximal length of the name.
      metadata: metadata ? { allOf: [objectMeta, narrowed(metadata)] } : objectMeta,
    },
  };
}

// Inside allOf, anyOf, oneOf and not there are only rules about values: they never make a field known or unknown.
function alternatives(schema: Schema): JsonSchema {
  const { allOf, anyOf, oneOf, not } = schema;
  const isIntOrString = schema['x-kubernetes-int-or-string'] || schema.format === 'int-or-string';
  return {
    ...(allOf ? { allOf: allOf.map(narrowed) } : {}),
    ...(anyOf && !isIntOrString ? { anyOf: anyOf.map(narrowed) } : {}),
    ...(oneOf && !isIntOrString ? { oneOf: oneOf.map(narrowed) } : {}),
    ...(not ? { not: narrowed(not) } : {}),
  };
}

function narrowed(schema: Schema): JsonSchema {
  const { properties, additionalProperties, items } = schema;
  return {
    ...valueRules(schema),
    ...alternatives(schema),
    ...(properties ? { properties: mapValues(properties, narrowed) } : {}),
    ...(typeof additionalProperties === 'object'
      ? { additionalProperties: narrowed(additionalProperties) }
      : {}),
    ...(items ? { items: narrowed(items) } : {}),
  };
}

function mapValues<From, To>(record: Readonly<Record<string, From>>, map: (value: From) => To) {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}
