import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { userIdOf } from '../../domain/ids.ts';
import { tokenIssuer } from '../../platform/ports/security.ts';
import { createTokens, signToken } from './tokens.ts';

const secret = 'a secret for tests that is long enough';
const userId = userIdOf('us-east', 'someone');
const tokens = createTokens(secret);

afterEach(() => void vi.useRealTimers());

test('a signed token names its user and roles, also the second time', async () => {
  const token = await signToken(secret, { userId, roles: ['operator'] });
  await expect(tokens.verify(token)).resolves.toEqual({ userId, roles: ['operator'] });
  await expect(tokens.verify(token)).resolves.toEqual({ userId, roles: ['operator'] });
});

test('a remembered token ends with its time', async () => {
  vi.useFakeTimers();
  const token = await signToken(secret, { userId, roles: [] }, { lifetimeS: 60 });
  await expect(tokens.verify(token)).resolves.toEqual({ userId, roles: [] });
  vi.advanceTimersByTime(59_000);
  await expect(tokens.verify(token)).resolves.toEqual({ userId, roles: [] });
  vi.advanceTimersByTime(1000);
  await expect(tokens.verify(token)).resolves.toBeUndefined();
});

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

/** By hand, so that it can be wrong in one thing only. */
function tokenOf(payload: object, { alg = 'HS256', key = secret } = {}): string {
  const content = `${encode({ alg, typ: 'JWT' })}.${encode(payload)}`;
  const signature = alg === 'none' ? '' : createHmac('sha256', key).update(content).digest('base64url');
  return `${content}.${signature}`;
}

const exp = Math.floor(Date.now() / 1000) + 600;

test('the token made by hand is a good one', async () => {
  await expect(tokens.verify(tokenOf({ sub: userId, exp }))).resolves.toEqual({ userId, roles: [] });
});

describe('is not verified', () => {
  test.each([
    ['nothing', ''],
    ['no token', 'a.b.c'],
    ['an unsigned token', tokenOf({ sub: userId, exp }, { alg: 'none' })],
    ['another algorithm', tokenOf({ sub: userId, exp }, { alg: 'HS512' })],
    ['another key', tokenOf({ sub: userId, exp }, { key: 'another secret that is long enough' })],
    ['a token without an end', tokenOf({ sub: userId })],
    ['an expired token', tokenOf({ sub: userId, exp: 1 })],
    ['nobody', tokenOf({ exp })],
    ['a subject that is no user', tokenOf({ sub: 'root', exp })],
    ['roles that are none', tokenOf({ sub: userId, exp, roles: 'operator' })],
    ['a long token', tokenOf({ sub: userId, exp, padding: 'x'.repeat(5000) })],
  ])('%s', async (_what, token) => {
    await expect(tokens.verify(token)).resolves.toBeUndefined();
  });
});

test('a token names who signed it, by which the API gateway finds the key', async () => {
  const [, payload] = (await signToken(secret, { userId, roles: [] })).split('.');
  expect(JSON.parse(Buffer.from(payload!, 'base64url').toString())).toMatchObject({ iss: tokenIssuer });
});
