import { DatabaseError } from 'pg';
import { expect, test } from 'vitest';
import { ConflictError, PermanentError, TransientError } from '../../platform/errors.ts';
import { isRefusedData, json, postgresError, refusedLogin } from './errors.ts';

function databaseError(code: string): DatabaseError {
  const error = new DatabaseError('some text of the server', 0, 'error');
  return Object.assign(error, {
    code,
    detail: 'Key (email)=(a@example.com) exists.',
    constraint: 'users_pkey',
  });
}

const away = ['08006', '08P01', '53300', '57P01', '57P02', '57P03', '57014', '58030', '25006', '0A000'];
const shutOut = ['28000', '28P01', '3D000', '42501'];

test.each([...away, ...shutOut])(
  '%s: PostgreSQL is away or lets us in no more, and no event is at fault',
  (code) => {
    const error = postgresError(databaseError(code));
    expect(error).toBeInstanceOf(TransientError);
    expect(error.code).toBe('postgres-unavailable');
  },
);

test.each(['40001', '40P01', '55P03'])('%s: another transaction was in the way', (code) => {
  const error = postgresError(databaseError(code));
  expect(error).toBeInstanceOf(TransientError);
  expect(error.code).toBe('postgres-contended');
});

test.each(['22021', '23505', '42P01', 'XX000'])('%s: it will never work', (code) => {
  const error = postgresError(databaseError(code));
  expect(error).toBeInstanceOf(PermanentError);
  expect(error.code).toBe('postgres-refused');
  expect(isRefusedData(error)).toBe(/^2[23]/.test(code));
});

test.each(['28000', '28P01', '3D000'])('%s: nobody gets in by this address', (code) => {
  expect(refusedLogin(postgresError(databaseError(code)))).toBe(code);
});

test.each(['57P03', '08006', '42P01', '22P02'])('%s is about something else than the login', (code) => {
  expect(refusedLogin(postgresError(databaseError(code)))).toBeUndefined();
});

test('no value of a row gets into the message or the details; the cause is kept', () => {
  const cause = databaseError('23505');
  const error = postgresError(cause);
  expect(JSON.stringify([error.message, error.details])).not.toContain('example.com');
  expect(error.details).toEqual({ sqlState: '23505', constraint: 'users_pkey' });
  expect(error.cause).toBe(cause);
});

test('what has no SQLSTATE happened to the connection, or is a value that cannot be sent', () => {
  for (const text of ['Connection terminated unexpectedly', 'timeout exceeded when trying to connect'])
    expect(postgresError(new Error(text))).toMatchObject({
      name: 'TransientError',
      code: 'postgres-unavailable',
    });
  const cause = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
  expect(postgresError(cause)).toMatchObject({ code: 'postgres-unavailable', cause });
  expect(postgresError(new TypeError('BigInt'))).toMatchObject({ name: 'PermanentError' });
});

test("the platform's own errors stay as they are", () => {
  for (const error of [new TransientError('a', 'b'), new PermanentError('a', 'b')])
    expect(postgresError(error)).toBe(error);
  expect(isRefusedData(new ConflictError('a', 'b'))).toBe(false);
});

test('JSON that does not exist is refused data', () => {
  const circular: { self?: unknown } = {};
  circular.self = circular;
  for (const value of [undefined, () => 1, circular, 1n]) {
    let thrown: unknown;
    try {
      json(value);
    } catch (error) {
      thrown = error;
    }
    expect(isRefusedData(thrown)).toBe(true);
  }
  expect(json({ a: null })).toBe('{"a":null}');
});
