import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { makeCertificates, type Certificates } from '../../scripts/testing/certificates.ts';
import { createPool } from './pool.ts';

let ours: Certificates;
let others: Certificates;
beforeAll(() => {
  ours = makeCertificates('server');
  others = makeCertificates('server');
});
afterAll(() => {
  ours?.remove();
  others?.remove();
});

/** An ErrorResponse of PostgreSQL: what it answers tells that the client said who it is, over TLS. */
function refusal(text: string): Buffer {
  const fields = Buffer.from(`SFATAL\0C28P01\0M${text}\0\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}

/** A server that turns to TLS when it is asked to, as PgBouncer does, and then refuses every login. */
async function listen(host = '127.0.0.1'): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write('S');
      const secured = new TLSSocket(socket, {
        isServer: true,
        cert: ours.read('server.crt'),
        key: ours.read('server.key'),
      });
      secured.on('error', () => undefined);
      secured.once('data', () => secured.end(refusal('who are you, over TLS')));
    });
  }).listen(0, host);
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** What comes of a query by the address that programs have of a database in another region. */
async function answerOf(host: string, port: number, authority: string): Promise<string> {
  const known = `sslmode=verify-full&sslrootcert=${authority}`;
  const pool = createPool({
    url: `postgres://meridian:p@${host}:${port}/meridian?${known}`,
    maxConnections: 1,
    prepared: true,
  });
  try {
    return await pool.query('select 1').then(
      () => 'answered',
      (error: Error) => error.message,
    );
  } finally {
    await pool.end();
  }
}

it('speaks to the server that the authority knows, and to no other', async () => {
  const port = await listen();
  expect(await answerOf('localhost', port, ours.path('ca.crt'))).toBe('who are you, over TLS');
  expect(await answerOf('localhost', port, others.path('ca.crt'))).toMatch(/certificate|signature/i);
});

it('asks for the name in the address', async () => {
  // The certificate is good for 127.0.0.1.
  const port = await listen('127.0.0.2');
  expect(await answerOf('127.0.0.2', port, ours.path('ca.crt'))).toMatch(/altnames/);
});
