import fc from 'fast-check';
import type { IHeaders } from 'kafkajs';
import { expect, test } from 'vitest';
import { eventOf, headersOf, headerText } from './cloud-event.ts';

const event = {
  id: 'ord_use1_abc/1',
  type: 'OrderPlaced',
  source: '/orders',
};

test('attributes survive the way through headers, as text and as the bytes Kafka gives back', () => {
  const text = fc.string({ minLength: 1 });
  fc.assert(
    fc.property(text, text, text, fc.option(text, { nil: undefined }), (id, type, source, traceparent) => {
      const sent = { id, type, source, ...(traceparent === undefined ? {} : { traceparent }) };
      const headers = headersOf(sent);
      const bytes = Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name, Buffer.from(value)]),
      );
      expect(eventOf(headers)).toEqual({ event: sent });
      expect(eventOf(bytes)).toEqual({ event: sent });
      expect(headerText(bytes, 'ce_type')).toBe(type);
    }),
  );
});

test.each(['ce_id', 'ce_type', 'ce_source'])('a message without %s names it', (name) => {
  const { [name]: _left, ...headers } = headersOf(event);
  expect(eventOf(headers)).toEqual({ missing: name });
});

test('no headers at all are an answer, not an exception', () => {
  expect(eventOf(undefined)).toEqual({ missing: 'ce_id' });
  expect(headerText(undefined, 'ce_type')).toBeUndefined();
});

test('a repeated header counts once', () => {
  expect(headerText({ ce_type: ['OrderPlaced', 'OrderPaid'] }, 'ce_type')).toBe('OrderPlaced');
});

test.each([
  ['null', null],
  ['a repeated header that begins with null', [null, Buffer.from('x')]],
])('%s, which Kafka allows, is no text', (_what, value) => {
  const headers = { ce_id: value } as unknown as IHeaders;
  expect(headerText(headers, 'ce_id')).toBeUndefined();
  expect(eventOf(headers)).toEqual({ missing: 'ce_id' });
});
