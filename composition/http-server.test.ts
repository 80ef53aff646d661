import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { createGatewayApp } from '../platform/http/gateway-app.ts';
import type { Logger } from '../platform/logger.ts';
import { things } from '../scripts/testing/things-gateway.ts';
import { listen, type HttpServer, type HttpServerSettings } from './http-server.ts';

const ends: (() => unknown)[] = [];
afterEach(() => Promise.all(ends.splice(0).map((end) => end())));

async function start(settings: Partial<HttpServerSettings> = {}) {
  const begun = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  const server = await listen({
    host: '127.0.0.1',
    port: 0,
    fetch: async ({ url }) => {
      if (url.endsWith('/slow')) {
        begun.resolve();
        await answer.promise;
      }
      return new Response('done');
    },
    ...settings,
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  ends.push(
    () => answer.resolve(),
    () => agent.destroy(),
    () => server.close(0),
  );
  const get = async (path: string) => {
    const sent = request({ host: '127.0.0.1', port: server.port, path, agent }).end();
    const [response] = (await once(sent, 'response')) as [NodeJS.ReadableStream & { headers: object }];
    const body = (await Array.fromAsync(response, String)).join('');
    return { body, headers: response.headers };
  };
  return { server, get, begun: begun.promise, answer: () => answer.resolve() };
}

const msOf = async (closing: ReturnType<HttpServer['close']>): Promise<number> => {
  const startedAt = performance.now();
  await closing;
  return performance.now() - startedAt;
};

test('a server that closes answers what has begun, and goes as soon as it has', async () => {
  const { server, get, begun, answer } = await start();
  const slow = get('/slow');
  await begun;
  const closing = msOf(server.close());
  await sleep(100);
  answer();
  expect((await slow).body).toBe('done');
  expect(await closing).toBeLessThan(2000);
});

test('a client that sends its next request meanwhile is told to go elsewhere with the one after', async () => {
  const { server, begun, answer } = await start();
  const socket = connect(server.port, '127.0.0.1');
  let heard = '';
  socket.on('data', (bytes) => (heard += bytes.toString()));
  socket.write('GET /slow HTTP/1.1\r\nhost: x\r\n\r\n');
  await begun;
  const closing = server.close();
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  await sleep(100);
  answer();
  await once(socket, 'close');
  await closing;
  expect([...heard.matchAll(/HTTP\/1.1 200|connection: \S+/gi)].map(([line]) => line.toLowerCase())).toEqual([
    'http/1.1 200',
    'connection: keep-alive',
    'http/1.1 200',
    'connection: close',
  ]);
});

test('who never gets an answer is cut off when the time is over', async () => {
  const { server, get, begun } = await start();
  const cut = get('/slow').catch(() => 'cut');
  await begun;
  expect(await msOf(server.close(200))).toBeLessThan(2000);
  expect(await cut).toBe('cut');
});

test.each([
  ['headers', 'GET / HTTP/1.1\r\nhost: x\r\n'],
  ['a body', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n'],
])('who sends %s byte by byte is cut off', async (_what, beginning) => {
  const { server } = await start({
    limits: { headersMs: 100, requestMs: 200 },
    fetch: async (given) => new Response(await given.text()),
  });
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => undefined);
  let heard = '';
  socket.on('data', (bytes) => (heard += bytes.toString()));
  const drip = setInterval(() => socket.write('x'), 50);
  ends.push(() => clearInterval(drip));
  socket.write(beginning);
  await once(socket, 'close');
  expect(heard).toMatch(/^HTTP\/1.1 408 /);
});

const log = (): void => undefined;
const logger: Logger = { debug: log, info: log, warn: log, error: log, child: () => logger };

test.each([
  ['once', ['Bearer anna'], '201'],
  ['twice', ['Bearer anna', 'Bearer anna'], '401'],
])('a token that is sent %s is read as it was sent', async (_times, tokens, status) => {
  const app = createGatewayApp([things], () => ({}), {
    tokens: { verify: async (token) => (token === 'anna' ? { userId: 'usr_anna', roles: [] } : undefined) },
    logger,
    secret: 'of this test',
  });
  const { server } = await start({ fetch: app.fetch });
  const socket = connect(server.port, '127.0.0.1');
  const body = JSON.stringify({ name: 'cup', parts: [{ size: 1 }] });
  const lines = [
    'POST /v1/things HTTP/1.1',
    'Host: localhost',
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    'Idempotency-Key: k',
    ...tokens.map((token) => `Authorization: ${token}`),
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
  const answered = (await Array.fromAsync(socket, String)).join('');
  expect(answered).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
});

test('what is no request does not break into an answer that has begun, though another request came meanwhile', async () => {
  const { server } = await start({
    fetch: ({ url }) =>
      url.endsWith('/events')
        ? new Response(
            new ReadableStream({ start: (stream) => stream.enqueue(new TextEncoder().encode('begun')) }),
          )
        : new Promise(() => undefined),
  });
  const socket = connect(server.port, '127.0.0.1');
  const received: string[] = [];
  socket.on('data', (data: Buffer) => received.push(data.toString()));
  const closed = once(socket, 'close');
  const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
  socket.write(get('/events'));
  await vi.waitFor(() => expect(received.join('')).toContain('begun'));
  socket.write(`${get('/other')}no request\r\n\r\n`);
  await closed;
  expect(received.join('').match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200']);
});
