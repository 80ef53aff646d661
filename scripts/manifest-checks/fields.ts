/** Reads of objects whose schema was checked elsewhere: what is not there, or of another type, is empty. */
export type Fields = { readonly [field: string]: unknown };

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value below `path`, or undefined. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, field) => (isFields(inner) ? inner[field] : undefined), value);
}

export function fieldsAt(value: unknown, ...path: readonly string[]): Fields {
  const found = at(value, ...path);
  return isFields(found) ? found : {};
}

export function listAt(value: unknown, ...path: readonly string[]): readonly Fields[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found.filter(isFields) : [];
}

export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

export function numberAt(value: unknown, ...path: readonly string[]): number | undefined {
  const found = at(value, ...path);
  return typeof found === 'number' ? found : undefined;
}

export function textsAt(value: unknown, ...path: readonly string[]): readonly string[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found.filter((entry) => typeof entry === 'string') : [];
}

/** The map of texts below `path`; entries of another type are left out. */
export function mapAt(value: unknown, ...path: readonly string[]): Readonly<Record<string, string>> {
  const entries = Object.entries(fieldsAt(value, ...path));
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** Calls `visit` for each value inside, with its path (`spec.containers[0].image`). */
export function visitValues(
  value: unknown,
  visit: (value: unknown, path: string, field: string) => void,
  path = '',
  field = '',
): void {
  visit(value, path, field);
  if (Array.isArray(value)) {
    value.forEach((entry, index) => visitValues(entry, visit, `${path}[${index}]`, field));
  } else if (isFields(value)) {
    for (const [name, inner] of Object.entries(value)) visitValues(inner, visit, joinPath(path, name), name);
  }
}

/** `a.b`, or `a["b/c"]` where the name is no plain word. */
export function joinPath(path: string, name: string): string {
  if (!/^[\w$-]+$/.test(name)) return `${path}[${JSON.stringify(name)}]`;
  return path === '' ? name : `${path}.${name}`;
}
