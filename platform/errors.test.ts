import { expect, test } from 'vitest';
import { ConfigError, ConflictError, PermanentError, TransientError } from './errors.ts';

test.each([TransientError, PermanentError, ConflictError, ConfigError])(
  '%o keeps code, details and cause',
  (Kind) => {
    const cause = new Error('socket closed');
    const error = new Kind('provider-gone', 'the provider is gone', { details: { orderId: 'o1' }, cause });
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe(Kind.name);
    expect(error).toMatchObject({ code: 'provider-gone', details: { orderId: 'o1' }, cause });
  },
);

test('kinds are told apart, and context is optional', () => {
  const error = new TransientError('timed-out', 'no answer');
  expect(error).not.toBeInstanceOf(PermanentError);
  expect(error.details).toEqual({});
  expect('cause' in error).toBe(false);
});
