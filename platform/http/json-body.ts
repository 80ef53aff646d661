import { invalid, problem, type Answer } from './answer.ts';

/** Control characters, lone surrogates, and U+FFFD: what bytes that are no UTF-8 have become. */
const forbidden = /[\p{Cc}\p{Cs}\ufffd]/u;
/** JSON in which no string can have anything forbidden: printable ASCII without escapes. */
const plainAscii = /^[ !-[\]-~]*$/;
const maxDepth = 32;

export type ParsedJson =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly refusal: Answer };

/** Whether a text may go into databases, logs and other people's screens. */
export function isCleanText(text: string): boolean {
  return !forbidden.test(text);
}

/**
 * Reads a JSON text as I-JSON (RFC 7493) wants it: no key twice in an object, no broken text. Also refuses `__proto__`
 * and deep nesting; 400 for what is no JSON, 422 naming the field for the rest.
 */
export function parseJson(text: string): ParsedJson {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse(problem(400, 'json-malformed', 'the body is not JSON'));
  }
  const members = countMembers(value, 0, !plainAscii.test(text));
  if (Number.isNaN(members)) {
    const { code, path, message } = firstWrong(value, '', 0)!;
    return refuse(bodyField(code, path, message));
  }
  // The later of two equal keys has replaced the earlier: then there are fewer members than colons.
  if (colonsOutsideStrings(text) !== members)
    return refuse(bodyField('key-repeated', repeatedKey(text) ?? '', 'the key occurs twice in one object'));
  return { ok: true, value };
}

const refuse = (refusal: Answer): ParsedJson => ({ ok: false, refusal });

const bodyField = (code: string, field: string, message: string): Answer =>
  invalid(code, [{ in: 'body', field: readable(field), message }]);

/** A key is the client's text: it is quoted back without its control characters, and not at any length. */
function readable(path: string): string {
  return path.replaceAll(/[\p{Cc}\p{Cs}\ufffd]/gu, '?').slice(0, 100);
}

/** How many members all objects have together; NaN when `firstWrong` has something to say. */
function countMembers(value: unknown, depth: number, checkTexts: boolean): number {
  if (typeof value === 'string') return checkTexts && forbidden.test(value) ? Number.NaN : 0;
  if (typeof value !== 'object' || value === null) return 0;
  if (depth === maxDepth) return Number.NaN;
  let members = 0;
  if (Array.isArray(value)) {
    for (const item of value) members += countMembers(item, depth + 1, checkTexts);
    return members;
  }
  for (const key of Object.keys(value)) {
    if (key === '__proto__' || (checkTexts && forbidden.test(key))) return Number.NaN;
    members += 1 + countMembers((value as Record<string, unknown>)[key], depth + 1, checkTexts);
  }
  return members;
}

type Wrong = { readonly code: string; readonly path: string; readonly message: string };

function firstWrong(value: unknown, path: string, depth: number): Wrong | undefined {
  if (typeof value === 'string')
    return forbidden.test(value)
      ? { code: 'text-invalid', path, message: 'has control characters or broken Unicode' }
      : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth === maxDepth)
    return { code: 'json-too-deep', path, message: `is nested deeper than ${maxDepth}` };
  for (const [key, item] of Object.entries(value)) {
    const member = Array.isArray(value) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
    if (key === '__proto__' || forbidden.test(key))
      return { code: 'key-forbidden', path: member, message: 'is not a key to be used' };
    const wrong = firstWrong(item, member, depth + 1);
    if (wrong) return wrong;
  }
  return undefined;
}

/** The text is known to be JSON, so every string has its end. */
function colonsOutsideStrings(text: string): number {
  let colons = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 58) colons += 1;
    else if (code === 34) {
      at += 1;
      while (text.charCodeAt(at) !== 34) at += text.charCodeAt(at) === 92 ? 2 : 1;
    }
  }
  return colons;
}

/** The first key that its object has already, as text; only for the message. */
export function repeatedKey(text: string): string | undefined {
  const objects: Set<string>[] = [];
  let lastString = '';
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}:]/g)) {
    if (token === '{') objects.push(new Set());
    else if (token === '}') objects.pop();
    else if (token !== ':') lastString = token;
    else {
      const key = JSON.parse(lastString) as string;
      const keys = objects.at(-1);
      if (keys?.has(key)) return key;
      keys?.add(key);
    }
  }
  return undefined;
}
