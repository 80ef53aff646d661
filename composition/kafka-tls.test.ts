import { once } from 'node:events';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { createBus } from '../adapters/kafka/bus.ts';
import { makeCertificates, type Certificates } from '../scripts/testing/certificates.ts';
import { readKafkaLogin, readKafkaTls, type KafkaLogin, type KafkaTls } from './kafka-tls.ts';

let ours: Certificates;
let others: Certificates;

beforeAll(() => {
  ours = makeCertificates('user', 'broker');
  others = makeCertificates('user');
});
afterAll(() => {
  ours?.remove();
  others?.remove();
});

const filesOf = (certificates: Certificates) => ({
  KAFKA_CA_FILE: certificates.path('ca.crt'),
  KAFKA_CERT_FILE: certificates.path('user.crt'),
  KAFKA_KEY_FILE: certificates.path('user.key'),
});

it('is off when nothing names a file', () => {
  expect(readKafkaTls({})).toBeUndefined();
});

it('wants to know who the process is when an authority is named, and names what is missing', () => {
  expect(() => readKafkaTls({ KAFKA_CA_FILE: ours.path('ca.crt') })).toThrow(
    /^KAFKA_CERT_FILE is missing.*\nKAFKA_KEY_FILE is missing/,
  );
});

it('trusts the public authorities unless one is named', () => {
  const { KAFKA_CA_FILE: _, ...own } = filesOf(ours);
  expect(readKafkaTls(own)).toEqual({ cert: ours.read('user.crt'), key: ours.read('user.key') });
});

const loginOf = { KAFKA_SASL_USERNAME: 'key-id', KAFKA_SASL_PASSWORD: 'key-secret' };

it('shows a login over TLS only, and never beside a certificate', () => {
  expect(readKafkaLogin(loginOf)).toEqual({ username: 'key-id', password: 'key-secret' });
  expect(readKafkaTls(loginOf)).toEqual({});
  expect(readKafkaTls({ ...loginOf, KAFKA_CA_FILE: ours.path('ca.crt') })).toEqual({
    ca: ours.read('ca.crt'),
  });
  expect(() => readKafkaTls({ ...loginOf, ...filesOf(ours) })).toThrow(
    /^KAFKA_SASL_USERNAME is one too many/,
  );
  expect(() => readKafkaLogin({ KAFKA_SASL_USERNAME: 'key-id' })).toThrow(/^KAFKA_SASL_PASSWORD is missing/);
});

it('names each file that cannot be read', () => {
  const gone = { ...filesOf(ours), KAFKA_CERT_FILE: ours.path('none'), KAFKA_KEY_FILE: ours.path('none') };
  expect(() => readKafkaTls(gone)).toThrow(
    'KAFKA_CERT_FILE names a file that cannot be read\nKAFKA_KEY_FILE names a file that cannot be read',
  );
});

/** A listener that takes nobody without a certificate of our authority, as the brokers' does. */
async function listen(): Promise<Server> {
  const server = createServer({
    key: ours.read('broker.key'),
    cert: ours.read('broker.crt'),
    ca: ours.read('ca.crt'),
    requestCert: true,
    rejectUnauthorized: true,
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return server;
}

/** A process's Kafka client on its way to that listener; what it logs and what comes of it. */
function connect(server: Server, tls: KafkaTls, login?: KafkaLogin) {
  const logged: string[] = [];
  const bus = createBus({
    brokers: [`127.0.0.1:${(server.address() as AddressInfo).port}`],
    clientId: 'test',
    source: '/test',
    compress: false,
    tls,
    ...(login === undefined ? {} : { login }),
    log: (_level, fields, message) => void logged.push(`${message} ${JSON.stringify(fields)}`),
    onConsumerLost: () => undefined,
  });
  // There is no Kafka behind the listener: after the handshake the check fails too, or waits.
  const ended = bus.check().catch(() => undefined);
  onTestFinished(async () => {
    await Promise.race([
      Promise.all([ended, bus.close()]),
      new Promise((resolve) => setTimeout(resolve, 50)),
    ]);
  });
  return logged;
}

it('shows its certificate to a listener that asks for one', async () => {
  const server = await listen();
  const accepted = once(server, 'secureConnection') as Promise<[TLSSocket]>;
  connect(server, readKafkaTls(filesOf(ours))!);
  const [peer] = await accepted;
  expect(peer.authorized).toBe(true);
  expect(peer.getPeerCertificate().subject.CN).toBe('user');
  peer.destroy();
});

/** A broker's answer to the first request of a client: that it takes logins (17, 36), in every version up to 1. */
function versionsFor(request: Buffer): Buffer {
  const keys = [17, 18, 36];
  const answer = Buffer.alloc(4 + 4 + 2 + 4 + keys.length * 6 + 4);
  answer.writeInt32BE(answer.length - 4, 0);
  request.copy(answer, 4, 8, 12);
  answer.writeInt32BE(keys.length, 10);
  keys.forEach((key, index) => {
    answer.writeInt16BE(key, 14 + index * 6);
    answer.writeInt16BE(1, 18 + index * 6);
  });
  return answer;
}

it('logs in over TLS where that is who it is', async () => {
  const server = createServer({ key: ours.read('broker.key'), cert: ours.read('broker.crt') });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const accepted = once(server, 'secureConnection') as Promise<[TLSSocket]>;
  const values = { ...loginOf, KAFKA_CA_FILE: ours.path('ca.crt') };
  connect(server, readKafkaTls(values)!, readKafkaLogin(values));
  const [peer] = await accepted;
  const [asked] = (await once(peer, 'data')) as [Buffer];
  peer.write(versionsFor(asked));
  const [shaken] = (await once(peer, 'data')) as [Buffer];
  expect([shaken.readInt16BE(4), shaken.toString('latin1').endsWith('PLAIN')]).toEqual([17, true]);
  expect(peer.getPeerCertificate()).toEqual({});
  peer.destroy();
});

/** Resolves when the listener has lost a client before the handshake was through; it must not have taken any. */
async function lostOne(server: Server): Promise<void> {
  const taken: unknown[] = [];
  server.on('secureConnection', (socket: TLSSocket) => taken.push(socket));
  await once(server, 'tlsClientError');
  expect(taken).toEqual([]);
}

it('refuses a listener whose certificate is of another authority', async () => {
  const server = await listen();
  const lost = lostOne(server);
  const logged = connect(server, readKafkaTls({ ...filesOf(ours), KAFKA_CA_FILE: others.path('ca.crt') })!);
  await lost;
  await vi.waitFor(() => expect(logged.join('\n')).toMatch(/certificate/i));
});

it('is refused with a certificate of another authority', async () => {
  const server = await listen();
  const lost = lostOne(server);
  connect(server, readKafkaTls({ ...filesOf(others), KAFKA_CA_FILE: ours.path('ca.crt') })!);
  await lost;
});
