import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer, type TLSSocket } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readKafkaTls } from './kafka-tls.ts';

const folder = mkdtempSync(join(tmpdir(), 'meridian-tls-'));
const files = {
  KAFKA_CA_FILE: join(folder, 'ca.crt'),
  KAFKA_CERT_FILE: join(folder, 'user.crt'),
  KAFKA_KEY_FILE: join(folder, 'user.key'),
};

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
}

const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

beforeAll(() => {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.crt', '-subj', '/CN=ca', '-days', '1');
  for (const name of ['user', 'broker']) {
    openssl('req', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
    const signed = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '1'];
    openssl('x509', '-req', '-in', `${name}.csr`, '-out', `${name}.crt`, ...signed);
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

it('is off when nothing names a file', () => {
  expect(readKafkaTls({})).toBeUndefined();
});

it('wants all three files or none, and names those that are missing', () => {
  expect(() => readKafkaTls({ KAFKA_CA_FILE: files.KAFKA_CA_FILE })).toThrow(
    /^KAFKA_CERT_FILE is missing.*\nKAFKA_KEY_FILE is missing/,
  );
});

it('names each file that cannot be read', () => {
  const gone = { ...files, KAFKA_CERT_FILE: join(folder, 'none'), KAFKA_KEY_FILE: join(folder, 'none') };
  expect(() => readKafkaTls(gone)).toThrow(
    'KAFKA_CERT_FILE names a file that cannot be read\nKAFKA_KEY_FILE names a file that cannot be read',
  );
});

it('shows its certificate to a server that asks for one, and checks the server by its authority', async () => {
  const server = createServer({
    key: read('broker.key'),
    cert: read('broker.crt'),
    ca: read('ca.crt'),
    requestCert: true,
    rejectUnauthorized: true,
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const accepted = once(server, 'secureConnection') as Promise<[TLSSocket]>;
    const { port } = server.address() as AddressInfo;
    const socket = connect({ port, host: '127.0.0.1', servername: 'broker', ...readKafkaTls(files) });
    await once(socket, 'secureConnect');
    const [peer] = await accepted;
    expect(socket.authorized).toBe(true);
    expect(peer.getPeerCertificate().subject.CN).toBe('user');
    socket.destroy();
    peer.destroy();
  } finally {
    server.close();
  }
});
