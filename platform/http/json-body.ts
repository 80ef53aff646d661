import { invalid, problem, type Answer } from './answer.ts';
import { jsonFault } from './json-fault.ts';

/** Control characters, lone surrogates, and U+FFFD: what bytes that are no UTF-8 have become. */
const forbidden = /[\p{Cc}\p{Cs}\ufffd]/u;
const maxDepth = 32;

export type ParsedJson =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly refusal: Answer };

/** Whether a text may go into databases, logs and other people's screens. */
export function isCleanText(text: string): boolean {
  return !forbidden.test(text);
}

/**
 * Reads a JSON text as I-JSON (RFC 7493) wants it: no key twice in an object, no broken text. Also refuses `__proto__`
 * and deep nesting; 400 saying where for what is no JSON, 422 naming the field for the rest.
 */
export function parseJson(text: string): ParsedJson {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const message = `is not JSON ${jsonFault(text)}`;
    const errors = [{ in: 'body', field: 'body', message }] as const;
    return refuse(problem(400, 'json-malformed', `the body ${message}`, { errors }));
  }
  const seen: Inspection = { members: 0 };
  inspect(value, '', 0, seen);
  if (seen.wrong) return refuse(bodyField(seen.wrong.code, seen.wrong.path, seen.wrong.message));
  // The later of two equal keys has replaced the earlier: then there are fewer members than colons.
  if (colonsOutsideStrings(text) !== seen.members)
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

type Inspection = {
  members: number;
  wrong?: { readonly code: string; readonly path: string; readonly message: string };
};

function inspect(value: unknown, path: string, depth: number, seen: Inspection): void {
  if (typeof value === 'string') {
    if (forbidden.test(value))
      seen.wrong ??= { code: 'text-invalid', path, message: 'has control characters or broken Unicode' };
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  if (depth === maxDepth) {
    seen.wrong ??= { code: 'json-too-deep', path, message: `is nested deeper than ${maxDepth}` };
    return;
  }
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1)
      inspect(value[index], `${path}[${index}]`, depth + 1, seen);
    return;
  }
  for (const key of Object.keys(value)) {
    seen.members += 1;
    const member = path === '' ? key : `${path}.${key}`;
    if (key === '__proto__' || forbidden.test(key))
      seen.wrong ??= { code: 'key-forbidden', path: member, message: 'is not a key to be used' };
    inspect((value as Record<string, unknown>)[key], member, depth + 1, seen);
  }
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
