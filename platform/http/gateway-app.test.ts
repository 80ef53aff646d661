import { beforeEach, describe, expect, test } from 'vitest';
import type { Logger } from '../logger.ts';
import { failures, things } from '../../scripts/testing/things-gateway.ts';
import { createGatewayApp } from './gateway-app.ts';

const logged: { level: string; fields: object }[] = [];
const log = (level: string) => (fields: object) => void logged.push({ level, fields });
const logger: Logger = {
  debug: log('debug'),
  info: log('info'),
  warn: log('warn'),
  error: log('error'),
  child: () => logger,
};
const callers: Record<string, { userId: string; roles: string[] }> = {
  anna: { userId: 'usr_anna', roles: [] },
  olga: { userId: 'usr_olga', roles: ['operator'] },
};
let isReady = true;
const app = createGatewayApp([things], () => ({}), {
  tokens: { verify: async (token) => callers[token] },
  logger,
  secret: 'of this test',
  timeoutMs: 50,
  bodyBytes: 200,
  ready: () => isReady,
});

beforeEach(() => void (logged.length = 0));

const json = { 'content-type': 'application/json' };
const anna = { authorization: 'Bearer anna' };
const good = { ...json, ...anna, 'idempotency-key': 'k' };
const typed = (type: string) => ({ ...good, 'content-type': type });
const body = JSON.stringify({ name: 'cup', parts: [{ size: 1 }] });
const post = (headers: Record<string, string>, text: string | ReadableStream = body, path = '/v1/things') =>
  app.request(path, {
    method: 'POST',
    headers,
    body: text,
    ...(typeof text === 'string' ? {} : { duplex: 'half' }),
  });

async function problemOf(response: Response | Promise<Response>) {
  const answered = await response;
  expect(answered.headers.get('content-type')).toBe('application/problem+json');
  const details = (await answered.json()) as Record<string, unknown>;
  expect(details).toMatchObject({
    status: answered.status,
    type: `urn:meridian:problem:${String(details['code'])}`,
  });
  expect(details['requestId']).toBe(answered.headers.get('x-request-id'));
  return details;
}

test('hands a valid request to its route, and the answer back', async () => {
  const response = await post({ ...good, 'x-request-id': 'given-by-client' });
  expect(response.status).toBe(201);
  expect(response.headers.get('x-request-id')).toBe('given-by-client');
  expect(await response.json()).toEqual({ body: JSON.parse(body), by: 'usr_anna', key: 'k' });
});

test('a request id that could not be logged is replaced', async () => {
  const response = await post({ ...good, 'x-request-id': 'a b' });
  expect(response.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
});

describe('refuses', () => {
  test.each<[string, Record<string, string>, string, string]>([
    ['no token', { ...good, authorization: '' }, body, '401 token-invalid'],
    ['another scheme', { ...good, authorization: 'Basic YTpi' }, body, '401 token-invalid'],
    ['an unknown token', { ...good, authorization: 'Bearer eve' }, body, '401 token-invalid'],
    ['no key', { ...json, ...anna }, body, '400 header-missing Idempotency-Key'],
    ['a long key', { ...good, 'idempotency-key': 'long-long' }, body, '422 request-invalid Idempotency-Key'],
    ['no JSON', good, '{"name"', '400 json-malformed'],
    ['nothing', good, '', '400 json-malformed'],
    ['another type', typed('text/plain'), body, '415 content-type-unsupported'],
    ['another charset', typed('application/json; charset=latin1'), body, '415 content-type-unsupported'],
    ['a large body', good, JSON.stringify({ name: 'x'.repeat(200), parts: [] }), '413 body-too-large'],
    ['a wrong type', good, '{"name":1,"parts":[]}', '422 request-invalid name'],
    ['a wrong element', good, '{"name":"a","parts":[{"size":0.5}]}', '422 request-invalid parts[0].size'],
    ['an unknown field', good, '{"name":"a","parts":[{"size":1,"w":1}]}', '422 request-invalid parts[0].w'],
    ['a repeated key', good, '{"name":"a","name":"b","parts":[]}', '422 key-repeated name'],
    ['no object', good, '[]', '422 request-invalid body'],
  ])('%s', async (_what, headers, text, expected) => {
    const [status, code, field] = expected.split(' ');
    const details = await problemOf(post(headers, text));
    expect(details).toMatchObject({ status: Number(status), code });
    if (field !== undefined) expect(details).toMatchObject({ errors: [{ field }] });
  });

  test('a body that declares its size, or grows without one, beyond the limit', async () => {
    const declared = { ...good, 'content-length': '201' };
    expect(await problemOf(post(declared))).toMatchObject({ code: 'body-too-large' });
    let pulls = 0;
    const endless = new ReadableStream({
      pull(controller) {
        pulls += 1;
        controller.enqueue(new TextEncoder().encode('x'.repeat(150)));
      },
    });
    expect(await problemOf(post(good, endless))).toMatchObject({ code: 'body-too-large' });
    expect(pulls).toBeLessThan(5);
  });

  test.each([
    ['/v1/things/a?limit=11', 'query', 'limit'],
    ['/v1/things/a?limit=1&limit=2', 'query', 'limit'],
    ['/v1/things/a?other=1', 'query', 'other'],
    ['/v1/things/a?limit=%00', 'query', 'limit'],
    ['/v1/things/a?%ff=1', 'query', '?'],
    ['/v1/things/a%00b', 'path', 'thingId'],
    ['/v1/things/%zz', 'path', 'thingId'],
  ])('%s', async (path, part, field) => {
    expect(await problemOf(app.request(path))).toMatchObject({ status: 422, errors: [{ in: part, field }] });
  });

  test('a caller without the role, with 403, and says which', async () => {
    const details = await problemOf(app.request('/v1/things/x', { method: 'DELETE', headers: anna }));
    expect(details).toMatchObject({
      status: 403,
      code: 'role-missing',
      detail: 'this needs the role operator',
    });
  });

  test('a 401 says how to authenticate', async () => {
    const response = await post({ ...json });
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/);
    expect(await problemOf(response)).toMatchObject({ code: 'token-missing' });
  });

  test('an unknown path with 404, another method with 405 and Allow', async () => {
    expect(await problemOf(app.request('/v1/nothing'))).toMatchObject({ status: 404, code: 'route-unknown' });
    const response = await app.request('/v1/things/a', { method: 'PATCH' });
    expect(response.headers.get('allow')).toBe('DELETE, GET, HEAD');
    expect(await problemOf(response)).toMatchObject({ status: 405 });
    for (const path of ['/livez', '/readyz', '/openapi.json']) {
      const posted = await app.request(path, { method: 'POST' });
      expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    }
  });
});

const fail = (kind: string) =>
  app.request(`/v1/things/${kind}`, { method: 'DELETE', headers: { authorization: 'Bearer olga' } });

describe('a failing handler', () => {
  test.each([
    ['transient', 503, 'temporarily-unavailable', 'warn'],
    ['conflict', 409, 'conflict', 'info'],
    ['other', 500, 'internal-error', 'error'],
  ])('%s', async (kind, status, code, level) => {
    const response = await fail(kind);
    const details = await problemOf(response);
    expect(details).toMatchObject({ status, code });
    expect(JSON.stringify(details)).not.toContain(failures[kind]!.message);
    expect(response.headers.get('retry-after')).toBe(status === 503 ? '1' : null);
    expect(logged).toMatchObject([
      { level, fields: { requestId: details['requestId'], route: '/v1/things/{thingId}' } },
    ]);
  });

  test('one that takes too long is answered', async () => {
    expect(await problemOf(fail('slow'))).toMatchObject({ status: 503, code: 'timed-out' });
    expect(logged).toMatchObject([{ level: 'warn' }]);
  });
});

test('a signed body needs no token, a badly signed one is not even parsed', async () => {
  const text = '{"id":1,"more":true}';
  const signed = { ...json, 'x-signature': `signed ${text}` };
  expect((await post(signed, text, '/v1/hooks')).status).toBe(204);
  expect(await problemOf(post(signed, '{', '/v1/hooks'))).toMatchObject({
    status: 401,
    code: 'signature-invalid',
  });
});

test('the probes answer what they are told', async () => {
  expect((await app.request('/livez')).status).toBe(200);
  expect((await app.request('/readyz')).status).toBe(200);
  isReady = false;
  expect((await app.request('/readyz')).status).toBe(503);
  isReady = true;
});

test('the OpenAPI document has each route with its schemas, security and problems', async () => {
  const document = (await (await app.request('/openapi.json')).json()) as Record<string, unknown>;
  const anyProblem = { default: { content: { 'application/problem+json': expect.anything() } } };
  expect(document).toMatchObject({
    openapi: '3.1.0',
    components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
    paths: {
      '/v1/things': {
        post: {
          security: [{ bearer: [] }],
          parameters: [{ in: 'header', name: 'Idempotency-Key', required: true }],
          requestBody: { required: true },
          responses: anyProblem,
        },
      },
      '/v1/things/{thingId}': {
        get: {
          parameters: [
            { in: 'path', name: 'thingId', required: true },
            { in: 'query', name: 'limit' },
          ],
        },
      },
    },
  });
  expect(document).not.toHaveProperty(['paths', '/v1/things/{thingId}', 'get', 'security']);
});
