import { expect, test } from 'vitest';
import { deadLetterEvents } from '../contracts/dead-letter-events.ts';
import { deadLetterOf } from './dead-letter.ts';
import type { ReceivedMessage } from './ports/messages.ts';

const failure = { consumer: 'score-order', error: new Error('given up'), attempts: 5 };

function letterOf(changes: Partial<ReceivedMessage> = {}) {
  const message: ReceivedMessage = {
    topic: 'order-events',
    partition: 3,
    offset: '42',
    key: 'ord_1',
    value: Buffer.from('{}'),
    id: 'ord_1/1',
    type: 'OrderPlaced',
    traceparent: undefined,
    headers: () => ({ ce_id: 'ord_1/1', ce_type: 'OrderPlaced' }),
    ...changes,
  };
  const { key, value, traceparent } = deadLetterOf(message, failure);
  return {
    bytes: Buffer.byteLength(`${key}${value}${traceparent ?? ''}`),
    key,
    letter: deadLetterEvents.EventDeadLettered.parse(JSON.parse(value)),
  };
}

test('a letter has the message as it was', () => {
  const { key, letter } = letterOf();
  expect(key).toBe('ord_1');
  expect(letter).toMatchObject({ offset: '42', key: 'ord_1', valueBase64: 'e30=', errorMessage: 'given up' });
  expect(letter.isCut).toBeUndefined();
});

const long = '\u0001'.repeat(1_000_000);

test.each<[string, Partial<ReceivedMessage>]>([
  ['value', { value: Buffer.alloc(1_000_000) }],
  ['key', { key: long }],
  ['type', { type: long, headers: () => ({ ce_type: long }) }],
  ['id', { id: long, headers: () => ({ ce_id: long }) }],
  ['header', { headers: () => ({ other: long }) }],
  ['traceparent', { traceparent: long, headers: () => ({ traceparent: long }) }],
])(
  'of a message whose %s fills it, the letter says where it is and is one that Kafka takes',
  (_part, changes) => {
    const { bytes, key, letter } = letterOf(changes);
    expect(bytes).toBeLessThan(1_000_000);
    expect(key).toBe('order-events/3/42');
    expect(letter).toMatchObject({
      topic: 'order-events',
      partition: 3,
      offset: '42',
      isCut: true,
      valueBase64: '',
    });
  },
);
