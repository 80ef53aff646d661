import { expect, test } from 'vitest';
import { reasonOf, SourceAway } from './sources.ts';

const refused = Object.assign(new AggregateError([], ''), { code: 'ECONNREFUSED' });

test.each([
  ['fetch failed: ECONNREFUSED', new TypeError('fetch failed', { cause: refused })],
  ['ECONNREFUSED', refused],
  ['no broker: refused', new Error('no broker: refused', { cause: new Error('no broker: refused') })],
  ['no broker: refused', new Error('no broker: refused', { cause: new Error('refused') })],
  ['down: why', new SourceAway('mongo', new Error('down', { cause: new Error('why') }))],
  ['as it was thrown', 'as it was thrown'],
])('a reason is told once, with what caused it: %s', (words, error) => expect(reasonOf(error)).toBe(words));
