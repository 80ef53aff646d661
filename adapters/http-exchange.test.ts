import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { exchange } from './http-exchange.ts';

let server: Server;
let pool: Pool;
let seen: string[];

beforeEach(async () => {
  seen = [];
  server = createServer((request, response) => {
    seen.push(request.url ?? '');
    if (request.url === '/silent') return;
    if (request.url === '/cut') return void request.socket.destroy();
    response.statusCode = request.url === '/refused' ? 409 : 200;
    // A character of two bytes, in two parts of the answer.
    response.write(Buffer.from([0xc3]));
    setImmediate(() => response.end(Buffer.from([0xa9])));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  pool = new Pool(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { connections: 1 });
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
