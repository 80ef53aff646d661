/** What a YAML document holds. Manifests come from a file, so nothing about their shape is taken for granted. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export type JsonObject = { readonly [key: string]: Json };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: unknown): value is readonly Json[] {
  return Array.isArray(value);
}

/** The value at a path of keys, or undefined where the path ends early. */
export function at(value: unknown, ...path: readonly string[]): Json | undefined {
  const found = path.reduce<unknown>((inner, key) => (isObject(inner) ? inner[key] : undefined), value);
  return found as Json | undefined;
}

export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

export function numberAt(value: unknown, ...path: readonly string[]): number | undefined {
  const found = at(value, ...path);
  return typeof found === 'number' ? found : undefined;
}

/** The mapping at a path; empty where there is none. */
export function fieldsAt(value: unknown, ...path: readonly string[]): JsonObject {
  const found = at(value, ...path);
  return isObject(found) ? found : {};
}

/** The entries of the mapping at a path; none where there is none. */
export function entriesAt(value: unknown, ...path: readonly string[]): readonly (readonly [string, Json])[] {
  return Object.entries(fieldsAt(value, ...path));
}

/** The map of texts at a path; entries of another type are left out. */
export function mapAt(value: unknown, ...path: readonly string[]): Readonly<Record<string, string>> {
  const entries = entriesAt(value, ...path);
  return Object.fromEntries(
    entries.filter((entry): entry is readonly [string, string] => typeof entry[1] === 'string'),
  );
}

/** The items of the list at a path, whatever they are; none where there is no list. */
export function itemsAt(value: unknown, ...path: readonly string[]): readonly Json[] {
  const found = at(value, ...path);
  return isList(found) ? found : [];
}

/** The mappings in the list at a path; other items are left out. */
export function listAt(value: unknown, ...path: readonly string[]): readonly JsonObject[] {
  return itemsAt(value, ...path).filter(isObject);
}

/** The texts in the list at a path; other items are left out. */
export function textsAt(value: unknown, ...path: readonly string[]): readonly string[] {
  return itemsAt(value, ...path).filter((item) => typeof item === 'string');
}

/** Equal by value; the order of keys does not count, that of list items does. */
export function equal(a: Json | undefined, b: Json | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && canonical(a) === canonical(b));
}

/** One text for all spellings of the same value. */
export function canonical(value: Json): string {
  if (isList(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const keys = Object.keys(value).toSorted();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key]!)}`).join(',')}}`;
}

/** A value in a sentence: text as it is, anything else as JSON. */
export function shown(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

/** Calls `visit` for each value inside, with its path (`spec.containers[0].image`). */
export function visitValues(
  value: unknown,
  visit: (value: unknown, path: string, field: string) => void,
  path = '',
  field = '',
): void {
  visit(value, path, field);
  if (isList(value)) {
    value.forEach((entry, index) => visitValues(entry, visit, `${path}[${index}]`, field));
  } else if (isObject(value)) {
    for (const [name, inner] of Object.entries(value)) visitValues(inner, visit, joinPath(path, name), name);
  }
}

/** `a.b`, or `a["b/c"]` where the name is no plain word. */
export function joinPath(path: string, name: string): string {
  if (!/^[\w$-]+$/.test(name)) return `${path}[${JSON.stringify(name)}]`;
  return path === '' ? name : `${path}.${name}`;
}
