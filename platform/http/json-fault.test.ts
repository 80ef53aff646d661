import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonFault } from './json-fault.ts';

test.each([
  ['', 'at its end'],
  ['{"lines":[', 'at its end'],
  ['{"lines":[{"sku":"tea-1","quantity":2}', 'at its end'],
  ['{"sku":"tea-1",}', 'at line 1, column 16'],
  ['[1,]', 'at line 1, column 4'],
  ['{"a" 1}', 'at line 1, column 6'],
  ['{"a":1 "b":2}', 'at line 1, column 8'],
  ['{\n  "a": tok_secret\n}', 'at line 2, column 8'],
  ['{"a":01}', 'at line 1, column 7'],
  ['{"a":1.}', 'at line 1, column 7'],
  ["{'a':1}", 'at line 1, column 2'],
  ['{"a":"\u0001"}', 'at line 1, column 6'],
  [String.raw`{"a":"\x"}`, 'at line 1, column 6'],
  ['{"a":1]', 'at line 1, column 7'],
  ['{} {}', 'at line 1, column 4'],
  ['{"a":NaN}', 'at line 1, column 6'],
  ['\u{feff}{}', 'at line 1, column 1'],
])('%j is no JSON %s', (text, place) => {
  expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
  expect(jsonFault(text)).toBe(place);
});

test('JSON that stops is no JSON at its end, and one with a sign too many where that is', () => {
  fc.assert(
    fc.property(fc.json({ noUnicodeString: false }), fc.constantFrom(undefined, 2), (text, indent) => {
      const whole = JSON.stringify([JSON.parse(text)], null, indent);
      expect(jsonFault(whole.slice(0, -1))).toBe('at its end');
      const lines = whole.split('\n');
      expect(jsonFault(`${whole}]`)).toBe(`at line ${lines.length}, column ${lines.at(-1)!.length + 1}`);
    }),
  );
});

test('long strings and much of everything are no burden', () => {
  expect(jsonFault(`["${'x'.repeat(1_000_000)}"`)).toBe('at its end');
  expect(jsonFault(`["${String.raw`\n`.repeat(500_000)}"`)).toBe('at its end');
  expect(jsonFault('['.repeat(19_999))).toBe('at its end');
  expect(jsonFault('['.repeat(500_000))).toBe('after its first 20000 tokens');
});
