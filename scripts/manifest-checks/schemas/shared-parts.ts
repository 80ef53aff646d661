import type { JsonSchema } from './schema.ts';

/**
 * The same schema with every larger object in it as a definition, once. Definitions of operators repeat whole pods and
 * their like up to thirty times; compiled so, they take a quarter of the time.
 */
export function withSharedParts(schema: JsonSchema): JsonSchema {
  const names = new Map<string, string>();
  const definitions: Record<string, JsonSchema> = {};
  const place = (part: unknown): unknown => {
    if (typeof part !== 'object' || part === null) return part; // additionalProperties: false
    const inner = inside(part as JsonSchema);
    const text = JSON.stringify(inner);
    if (inner['properties'] === undefined || text.length < 200) return inner;
    const name = names.get(text) ?? `part${names.size}`;
    names.set(text, name);
    definitions[name] = inner;
    return { $ref: `#/definitions/${name}` };
  };
  // Not into anyOf and the like: the path of an error must show that it lies in an alternative.
  const inside = (part: JsonSchema): JsonSchema => {
    const result = { ...part };
    if (part['properties'] !== undefined) {
      const entries = Object.entries(part['properties'] as JsonSchema);
      result['properties'] = Object.fromEntries(entries.map(([name, value]) => [name, place(value)]));
    }
    for (const keyword of ['items', 'additionalProperties'])
      if (part[keyword] !== undefined) result[keyword] = place(part[keyword]);
    return result;
  };
  return { ...inside(schema), definitions };
}
