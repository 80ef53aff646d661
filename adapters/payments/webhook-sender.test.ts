import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { maxAnswerBytes } from '../http-exchange.ts';
import { WebhookSender } from './webhook-sender.ts';

const ends: (() => unknown)[] = [];
afterEach(() => Promise.all(ends.splice(0).map((end) => end())));

async function start(answer: (response: ServerResponse, attempt: number) => void) {
  let attempts = 0;
  const server: Server = createServer((request, response) => {
    request.resume();
    answer(response, ++attempts);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const sender = new WebhookSender(url, 'whsec_test', 100);
  ends.push(
    () => sender.close(),
    () => (server.closeAllConnections(), server.close()),
  );
  return { sender, attempts: () => attempts };
}

const entry = {
  seq: 1,
  type: 'charge',
  key: 'o1',
  fingerprint: 'f',
  at: '2026-03-01T12:00:00.000Z',
} as unknown as Parameters<WebhookSender['deliver']>[0];

test.each<[string, (response: ServerResponse) => void]>([
  [
    'comes byte by byte',
    (response) => {
      const drip = setInterval(() => response.write('x'), 20);
      ends.push(() => clearInterval(drip));
    },
  ],
  ['never comes', () => undefined],
  ['is too large', (response) => void response.end('x'.repeat(maxAnswerBytes + 1))],
])('a delivery whose answer %s is tried again', async (_what, answer) => {
  const { sender, attempts } = await start((response, attempt) =>
    attempt === 1 ? answer(response) : void response.writeHead(204).end(),
  );
  await sender.deliver(entry);
  expect(attempts()).toBe(2);
});
