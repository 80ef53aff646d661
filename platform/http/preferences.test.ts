import { expect, test } from 'vitest';
import { preferredWaitS } from './preferences.ts';

test.each([
  [undefined, undefined],
  ['', undefined],
  ['wait=10', 10],
  ['WAIT = 10', 10],
  ['wait="7"', 7],
  ['respond-async, wait=10', 10],
  ['respond-async;wait=3', undefined],
  ['handling=lenient; foo="wait=4", wait=5; bar', 5],
  ['wait=0', 0],
  ['wait=1, wait=9', 1],
  ['wait=31', 30],
  ['wait=99999999', 30],
  ['wait=-1', undefined],
  ['wait=1.5', undefined],
  ['wait', undefined],
  ['await=3', undefined],
])('Prefer: %s', (header, seconds) => {
  expect(preferredWaitS(header)).toBe(seconds);
});
