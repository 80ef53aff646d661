import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { exchange, maxAnswerBytes } from './http-exchange.ts';

let server: Server;
let pool: Pool;
let seen: string[];

beforeEach(async () => {
  seen = [];
  server = createServer((request, response) => {
    seen.push(request.url ?? '');
    if (request.url === '/silent') return;
    if (request.url === '/cut') return void request.socket.destroy();
    if (request.url === '/half')
      return void response
        .writeHead(200, { 'content-length': '10' })
        .write('half', () => request.socket.destroy());
    if (request.url === '/echo') return void request.pipe(response);
    if (request.url === '/marked') return void response.end('\u{feff}{"a":1}');
    if (request.url === '/large') return void response.end('x'.repeat(maxAnswerBytes + 1));
    if (request.url === '/largest') return void response.end('x'.repeat(maxAnswerBytes));
    response.statusCode = request.url === '/refused' ? 409 : 200;
    // A character of two bytes, in two parts of the answer.
    response.write(Buffer.from([0xc3]));
    setImmediate(() => response.end(Buffer.from([0xa9])));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  pool = new Pool(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {
    connections: 1,
    maxResponseSize: maxAnswerBytes,
  });
});
afterEach(async () => {
  await pool.destroy();
  server.closeAllConnections();
  server.close();
});

const get = (path: string, signal?: AbortSignal) => exchange(pool, { method: 'GET', path }, signal);

test('an answer comes whole, whatever its status', async () => {
  expect(await get('/')).toEqual({ status: 200, text: 'é' });
  expect(await get('/refused')).toEqual({ status: 409, text: 'é' });
});

test('a connection that ends before the answer is an error, and the next call gets another', async () => {
  await expect(get('/cut')).rejects.toMatchObject({ code: 'UND_ERR_SOCKET' });
  expect(await get('/')).toMatchObject({ status: 200 });
});

test('an answer that ends before its end is an error, and the next call gets another connection', async () => {
  await expect(get('/half')).rejects.toMatchObject({ code: 'UND_ERR_SOCKET' });
  expect(await get('/')).toMatchObject({ status: 200 });
});

test('a body goes out as it is', async () => {
  expect(await exchange(pool, { method: 'POST', path: '/echo', body: '{"café":1}' })).toEqual({
    status: 200,
    text: '{"café":1}',
  });
});

test('a byte order mark is no part of the text', async () => {
  expect(JSON.parse((await get('/marked')).text)).toEqual({ a: 1 });
});

test('an answer that is too large is an error, and the next call gets another connection', async () => {
  await expect(get('/large')).rejects.toMatchObject({ code: 'UND_ERR_RES_EXCEEDED_MAX_SIZE' });
  expect((await get('/largest')).text).toHaveLength(maxAnswerBytes);
});

test('a signal ends a call that is under way, and its connection is free again', async () => {
  const gone = new AbortController();
  const call = get('/silent', gone.signal);
  await expect.poll(() => seen).toEqual(['/silent']);
  gone.abort(new Error('enough'));
  await expect(call).rejects.toThrow('enough');
  expect(await get('/')).toMatchObject({ status: 200 });
});

test('what was given up while it waited for a connection never goes out', async () => {
  const [first, second] = [new AbortController(), new AbortController()];
  const calls = [get('/silent', first.signal), get('/never', second.signal)];
  await expect.poll(() => seen).toEqual(['/silent']);
  second.abort(new Error('too late'));
  await expect(calls[1]).rejects.toThrow('too late');
  first.abort(new Error('enough'));
  await expect(calls[0]).rejects.toThrow('enough');
  await get('/');
  expect(seen).toEqual(['/silent', '/']);
});

test('a signal that is aborted already sends nothing, and one that comes after the answer does nothing', async () => {
  await expect(get('/never', AbortSignal.abort(new Error('no')))).rejects.toThrow('no');
  const late = new AbortController();
  expect(await get('/', late.signal)).toMatchObject({ status: 200 });
  late.abort();
  expect(await get('/')).toMatchObject({ status: 200 });
  expect(seen).toEqual(['/', '/']);
});
