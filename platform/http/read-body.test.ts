import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import type { Context } from 'hono';
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { readBody } from './read-body.ts';
import type { RouteDeclaration } from './route.ts';

const declaration: RouteDeclaration = {
  method: 'post',
  path: '/v1/things',
  summary: 'Make a thing',
  access: 'public',
  body: z.object({ name: z.string() }),
  responses: {},
};
const ends: (() => unknown)[] = [];
afterEach(() => Promise.all(ends.splice(0).map((end) => end())));

/** A request as Node hands it out, after these bytes have been sent. */
async function requestWith(body: string | Buffer, declaredLength = Buffer.byteLength(body)) {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  ends.push(
    () => socket.destroy(),
    () => server.close(),
  );
  socket.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ${declaredLength}\r\n\r\n`);
  socket.write(body);
  const [incoming] = (await once(server, 'request')) as [IncomingMessage];
  return { incoming, socket };
}

const bodyOf = (incoming: IncomingMessage) => {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'content-length': incoming.headers['content-length']!,
  };
  const context = { env: { incoming }, req: {} } as unknown as Context;
  return readBody(declaration, context, (name) => headers[name], 1000);
};
const codeOf = (body: Awaited<ReturnType<typeof readBody>>): string | undefined =>
  body.ok ? undefined : body.refusal.problem?.code;

test('a body is read as UTF-8, in however many parts it comes', async () => {
  const text = JSON.stringify({ name: 'tasse à café ☕' });
  const bytes = Buffer.from(text);
  const middle = bytes.indexOf(0xe2) + 1; // within a character
  const { incoming, socket } = await requestWith(bytes.subarray(0, middle), bytes.length);
  const read = bodyOf(incoming);
  await once(incoming, 'data');
  socket.write(bytes.subarray(middle));
  expect(await read).toEqual({ ok: true, value: { name: 'tasse à café ☕' } });
});

test('bytes that are no UTF-8 are refused, not replaced', async () => {
  const { incoming } = await requestWith(
    Buffer.concat([Buffer.from('{"name":"'), Buffer.of(0xff), Buffer.from('"}')]),
  );
  expect(codeOf(await bodyOf(incoming))).toBe('text-invalid');
});

test('a body whose sender goes before its end is incomplete, whenever that is noticed', async () => {
  const { incoming, socket } = await requestWith('{"name"', 100);
  const read = bodyOf(incoming);
  socket.destroy();
  expect(codeOf(await read)).toBe('body-incomplete');
  expect(codeOf(await bodyOf(incoming))).toBe('body-incomplete');
});
