import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { createGatewayApp } from '../../platform/http/gateway-app.ts';
import { gateways } from '../../gateways/index.ts';
import { createTokens } from '../../adapters/auth/tokens.ts';
import { getRequestListener } from '@hono/node-server';
import { freePort } from '../testing/free-port.ts';
import { smoke, type GatewayResult } from './probe.ts';

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** An address at which nobody listens. */
const nobody = async (): Promise<string> => `http://127.0.0.1:${await freePort()}`;

/** The product gateway's own app; nothing behind it is asked. */
function productApp(isReady: () => boolean): RequestListener {
  const secret = 's'.repeat(32);
  const logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => logger };
  const product = gateways.filter(({ name }) => name === 'product');
  const app = createGatewayApp(product, () => ({}), {
    tokens: createTokens(secret),
    logger,
    secret,
    ready: isReady,
  });
  const listener = getRequestListener(app.fetch);
  return (request, response) => void listener(request, response);
}

const document = { openapi: '3.1.0', paths: { '/v1/things': {} } };
/** Answers well but for what is given. */
const answering =
  (own: Readonly<Record<string, { status?: number; body?: unknown }>>): RequestListener =>
  ({ url = '' }, response) => {
    const { status = 200, body = url === '/openapi.json' ? document : {} } = own[url] ?? {};
    response
      .writeHead(status, { location: '/elsewhere' })
      .end(typeof body === 'string' ? body : JSON.stringify(body));
  };

const askOnce = { timeoutMs: 300, withinMs: 0 };
const failures = (results: readonly GatewayResult[]) =>
  results.flatMap(({ probes }) =>
    probes.flatMap(({ ok, path, answer }) => (ok ? [] : [`${path} ${answer}`])),
  );

test('a gateway of ours is well, and one that is not ready says so', async () => {
  const well = await serve(productApp(() => true));
  const draining = await serve(productApp(() => false));
  const results = await smoke([well, draining], askOnce);
  expect(results.map(({ url, ok }) => [url, ok])).toEqual([
    [well, true],
    [draining, false],
  ]);
  expect(failures(results)).toEqual(['/readyz 503']);
});

test.each([
  [{ '/livez': { status: 503 } }, '/livez 503'],
  [{ '/readyz': { status: 302 } }, '/readyz 302'],
  [{ '/openapi.json': { status: 404 } }, '/openapi.json 404'],
  [{ '/openapi.json': { body: '<html>' } }, '/openapi.json no JSON'],
  [{ '/openapi.json': { body: 'null' } }, '/openapi.json no OpenAPI 3 document'],
  [{ '/openapi.json': { body: { openapi: '3.1.0', paths: {} } } }, '/openapi.json no routes'],
])('%j is named', async (own, failure) => {
  expect(failures(await smoke([await serve(answering(own))], askOnce))).toEqual([failure]);
});

test('nobody there, and one who never answers', async () => {
  const silent = await serve(() => undefined);
  expect(failures(await smoke([silent], askOnce))).toContain('/livez timed out');
  expect(failures(await smoke([await nobody()], askOnce))).toContain('/readyz connection refused');
});

test('one that comes up in time is well', async () => {
  const startedMs = performance.now();
  const url = await serve(productApp(() => performance.now() > startedMs + 700));
  expect((await smoke([url], { timeoutMs: 300, withinMs: 5000 }))[0]?.ok).toBe(true);
});

const run = (...args: readonly string[]) =>
  execa(process.execPath, ['scripts/smoke.ts', ...args], { reject: false, timeout: 20_000 });

test('the command: exit codes, table, JSON, and one line a failure', async () => {
  const well = await serve(answering({}));
  const gone = await nobody();
  const [table, json, failed, none, wrong, help] = await Promise.all([
    run(well),
    run('--json', well, `${well}/`),
    run(well, gone),
    run(),
    run('ftp://nowhere'),
    run('--help'),
  ]);
  expect([table.exitCode, json.exitCode, failed.exitCode]).toEqual([0, 0, 1]);
  expect(table.stdout).toContain('/openapi.json');
  expect((JSON.parse(json.stdout) as GatewayResult[]).map(({ ok }) => ok)).toEqual([true, true]);
  expect(failed.stderr.split('\n')).toContain(`smoke: ${gone}/livez: connection refused`);
  expect([none.exitCode, wrong.exitCode, help.exitCode]).toEqual([2, 2, 0]);
  expect(wrong.stderr).toMatch(/an http:\/\/ or https:\/\/ address/);
  expect(help.stdout).toMatch(/Exit codes/);
});
