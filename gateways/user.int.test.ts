import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { problemBody } from '../contracts/http/problem.ts';
import { userResource } from '../contracts/http/users.ts';
import { type CallOptions, startGateways, type GatewayHarness } from '../scripts/testing/gateway-harness.ts';

let harness: GatewayHarness;

beforeAll(async () => {
  harness = await startGateways();
}, 180_000);
beforeEach(() => harness.clear());
afterAll(() => harness?.stop(), 60_000);

const call = (method: string, path: string, options?: CallOptions) => harness.call(method, path, options);
const anyone = { email: 'Anna@shop.example', name: 'Anna', country: 'US', postalCode: '94103' };
const signUp = (change: object = {}) => call('POST', '/v1/users', { body: { ...anyone, ...change } });

test('sign up once; the mail address is taken then, in any spelling and at once', async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => signUp()));
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
    201,
    ...Array.from({ length: 7 }, () => 409),
  ]);
  expect(await signUp({ email: 'anna@SHOP.example' })).toMatchObject({
    status: 409,
    body: { code: 'user-exists', errors: [{ field: 'email' }] },
  });
  const created = userResource.parse(answers.find(({ status }) => status === 201)?.body);
  expect(await call('GET', '/v1/users/me', { as: created.userId })).toMatchObject({
    status: 200,
    body: created,
  });
  expect((await call('GET', '/v1/users/me', { as: 'bert' })).status).toBe(404);
  expect(await harness.countRows()).toMatchObject({ 'users.users': 1, 'users.emails': 1 });
});

test.each([
  ['email', { email: 'none' }],
  ['email', { email: `${'x'.repeat(250)}@a.example` }],
  ['name', { name: '' }],
  ['name', { name: 'a\u0007' }],
  ['country', { country: 'us' }],
  ['postalCode', { postalCode: '🏠' }],
  ['roles', { roles: ['operator'] }],
])('a bad %s is refused', async (field, change) => {
  expect(await signUp(change)).toMatchObject({ status: 422, body: { errors: [{ in: 'body', field }] } });
  expect(await harness.countRows()).toMatchObject({ 'users.users': 0 });
});

test('a failure is a 500 that tells nothing; the log has its request id and no mail address', async () => {
  harness.logged.length = 0;
  await harness.pool.query('alter table users.users rename to users_away');
  const body = { email: 'secret.person@shop.example', name: 'S', country: 'US', postalCode: '1' };
  const { status, body: details } = await call('POST', '/v1/users', { body });
  await harness.pool.query('alter table users.users_away rename to users');
  expect(status).toBe(500);
  expect(details).toMatchObject({ code: 'internal-error' });
  expect(harness.logged).toHaveLength(1);
  expect(JSON.stringify(harness.logged)).not.toContain('secret.person');
  expect(JSON.stringify(harness.logged)).toContain(problemBody.parse(details).requestId);
});
