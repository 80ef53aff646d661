import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addMinor, currencies, formatMinor, multiplyMinor, parseMinor } from './money.ts';

const refusal = (reason: string) => ({ ok: false, reason });
const minor = (value: number) => ({ ok: true, minor: value });

describe('money', () => {
  test.each([
    [5, 1, 2, 2],
    [7, 1, 2, 4],
    [-5, 1, 2, -2],
    [-7, 1, 2, -4],
    [8, 1, 3, 3],
    [1999, 825, 10_000, 165],
  ])('%i × %i ÷ %i rounds half to even: %i', (value, numerator, denominator, expected) => {
    expect(multiplyMinor(value, numerator, denominator)).toEqual(minor(expected));
  });

  test('what a number cannot hold exactly is refused, not rounded', () => {
    expect(multiplyMinor(Number.MAX_SAFE_INTEGER, 2)).toEqual(refusal('amount-out-of-range'));
    expect(addMinor(Number.MAX_SAFE_INTEGER, 1)).toEqual(refusal('amount-out-of-range'));
    expect(addMinor(0.5)).toEqual(refusal('amount-out-of-range'));
    expect(multiplyMinor(1, 1, 0)).toEqual(refusal('divisor-invalid'));
    expect(parseMinor('90071992547409.92', 'USD')).toEqual(refusal('amount-out-of-range'));
  });

  test('a product too large on the way, but not at the end, is exact', () => {
    expect(multiplyMinor(Number.MAX_SAFE_INTEGER, 3, 3)).toEqual(minor(Number.MAX_SAFE_INTEGER));
  });

  test('each currency has its own number of digits', () => {
    expect(parseMinor('12.5', 'EUR')).toEqual(minor(1250));
    expect(parseMinor('125', 'JPY')).toEqual(minor(125));
    expect(parseMinor('1.5', 'JPY')).toEqual(refusal('amount-not-exact'));
    expect(formatMinor(-5, 'SGD')).toBe('-0.05 SGD');
    expect(formatMinor(1234, 'JPY')).toBe('1234 JPY');
  });

  test('what is written reads back', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.constantFrom(...currencies), (value, currency) => {
        const [decimal = ''] = formatMinor(value, currency).split(' ');
        expect(parseMinor(decimal, currency)).toEqual(minor(value));
      }),
    );
  });
});
