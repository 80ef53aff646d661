import { expect, test } from 'vitest';
import { isCardNumber } from './card-number.ts';

// Numbers that the networks publish for tests.
test.each([
  '4242424242424242',
  '4242-4242-4242-4242',
  '4242 4242 4242 4242',
  '378282246310005',
  '6011111111111117',
])('%s is the number of a card', (text) => {
  expect(isCardNumber(text)).toBe(true);
});

test.each([
  ['a wrong check digit', '4242424242424241'],
  ['a time in nanoseconds', '1795768659000000000'],
  ['too few digits', '424242424242'],
  ['a token', 'tok_4242424242424242'],
  ['nothing', ''],
])('%s is none', (_what, text) => {
  expect(isCardNumber(text)).toBe(false);
});
