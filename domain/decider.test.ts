import { describe, expect, test } from 'vitest';
import { accept, fold, reject } from './decider.ts';

describe('decisions', () => {
  test('accept without events is a repetition, not a refusal', () => {
    expect(accept()).toEqual({ accepted: true, events: [] });
  });

  test('reject carries its reason as a value', () => {
    expect(reject('order-empty')).toEqual({ accepted: false, reason: 'order-empty' });
  });

  test('fold applies events oldest first', () => {
    const text = { initialState: '', evolve: (state: string, event: string) => state + event };
    expect(fold(text, ['a', 'b', 'c'])).toBe('abc');
  });
});
