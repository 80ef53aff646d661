import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isCleanText, parseJson, repeatedKey } from './json-body.ts';

const refusalOf = (text: string) => {
  const parsed = parseJson(text);
  return parsed.ok ? undefined : parsed.refusal;
};

/** JSON as JSON.stringify writes it, with whatever is in strings: colons, quotes, braces, escapes. */
const cleanString = fc.string({ unit: 'binary' }).filter(isCleanText);
const cleanJson = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    cleanString,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      cleanString.filter((key) => key !== '__proto__'),
      tie('value'),
      { maxKeys: 4 },
    ),
  ),
})).value;

test('reads what JSON.parse reads, when no key is repeated', () => {
  fc.assert(
    fc.property(cleanJson, fc.constantFrom(undefined, 1), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      expect(parseJson(text)).toEqual({ ok: true, value: JSON.parse(text) });
    }),
  );
});

test('refuses what JSON.parse refuses, with 400', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      let isJson = true;
      try {
        JSON.parse(text);
      } catch {
        isJson = false;
      }
      expect(refusalOf(text)?.status === 400).toBe(!isJson);
    }),
  );
});

/** The same key in JSON, written in another way. */
const escaped = (key: string): string =>
  `"${Array.from({ length: key.length }, (_, at) => `\\u${key.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')}"`;

test('finds a repeated key wherever it is, also when one of the two is escaped', () => {
  fc.assert(
    fc.property(
      cleanString.filter((key) => key !== '__proto__'),
      cleanJson,
      cleanJson,
      fc.nat(5),
      fc.boolean(),
      (key, first, second, depth, escape) => {
        const name = JSON.stringify(key);
        const twice = `{${name}:${JSON.stringify(first)},${escape ? escaped(key) : name} : ${JSON.stringify(second)}}`;
        const text = '[{"in":'.repeat(depth) + twice + '}]'.repeat(depth);
        expect(refusalOf(text)?.problem).toMatchObject({ status: 422, code: 'key-repeated' });
        expect(repeatedKey(text)).toBe(key);
      },
    ),
  );
});

describe('names what it refuses', () => {
  test.each([
    ['{"a":1,"b":{"quantity":1,"quantity":2}}', 'key-repeated', 'quantity'],
    ['{"a":[{"b":"x\\u0000"}]}', 'text-invalid', 'a[0].b'],
    ['{"a":"line\\nbreak"}', 'text-invalid', 'a'],
    ['{"a":"\\ud800"}', 'text-invalid', 'a'],
    ['{"a":"\\u0085"}', 'text-invalid', 'a'],
    ['{"a":"\ufffd"}', 'text-invalid', 'a'],
    ['{"__proto__":{"isAdmin":true}}', 'key-forbidden', '__proto__'],
    ['{"a\\u0001":1}', 'key-forbidden', 'a?'],
    [`{"a":${'['.repeat(40)}${']'.repeat(40)}}`, 'json-too-deep', `a${'[0]'.repeat(31)}`],
  ])('%s', (text, code, field) => {
    expect(refusalOf(text)?.problem).toMatchObject({ status: 422, code, errors: [{ in: 'body', field }] });
  });
});

test('endless nesting is refused without a stack overflow', () => {
  expect(refusalOf('['.repeat(30_000) + ']'.repeat(30_000))?.status).toBe(422);
});
