import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { makeCertificates, type Certificates } from '../../scripts/testing/certificates.ts';
import { freePort } from '../../scripts/testing/free-port.ts';
import { closeRedis, connectRedis, type RedisAccess } from './cluster.ts';

const password = 'a-password-of-this-test';
let ours: Certificates;
let others: Certificates;

beforeAll(() => {
  ours = makeCertificates('server');
  others = makeCertificates();
});
afterAll(() => {
  ours?.remove();
  others?.remove();
});

/** A cluster of one node that wants a password, and TLS where it is asked for; ends with the test. */
async function startRedis(withTls: boolean): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'meridian-redis-'));
  const [port, busPort] = [await freePort(), await freePort()];
  const tls = ['server.crt', 'server.key', 'ca.crt'].map((file) => ours.path(file)) as [
    string,
    string,
    string,
  ];
  const args = [
    `--dir ${folder} --bind 127.0.0.1 --save '' --requirepass ${password}`,
    `--cluster-enabled yes --cluster-port ${busPort}`,
    '--cluster-announce-hostname localhost --cluster-preferred-endpoint-type hostname',
    withTls
      ? `--port 0 --tls-port ${port} --tls-auth-clients no --tls-cluster yes
         --tls-cert-file ${tls[0]} --tls-key-file ${tls[1]} --tls-ca-cert-file ${tls[2]}`
      : `--port ${port}`,
  ].flatMap((part) => part.split(/\s+/).map((word) => (word === "''" ? '' : word)));
  const server = execa('redis-server', args, { reject: false });
  onTestFinished(async () => {
    server.kill('SIGKILL');
    await server;
    rmSync(folder, { recursive: true });
  });
  const node = new Redis(port, 'localhost', {
    password,
    family: 4,
    ...(withTls ? { tls: { ca: ours.read('ca.crt') } } : {}),
    retryStrategy: () => 50,
  });
  node.on('error', () => undefined); // until it has started
  await node.cluster('ADDSLOTSRANGE', 0, 16_383);
  await vi.waitFor(async () => expect(await node.cluster('INFO')).toContain('cluster_state:ok'), 10_000);
  node.disconnect();
  return `localhost:${port}`;
}

function connect(node: string, access: RedisAccess) {
  const errors: Error[] = [];
  const cluster = connectRedis([node], { ...access, onError: (error) => errors.push(error as Error) });
  onTestFinished(() => closeRedis(cluster).catch(() => undefined));
  return { cluster, errors };
}

test('a cluster that wants a password takes who has it', async () => {
  const node = await startRedis(false);
  const { cluster } = connect(node, { password });
  await cluster.set('key', 'value');
  expect(await cluster.get('key')).toBe('value');
  // A connection of its own, as subscriptions have it.
  const twin = cluster.duplicate();
  onTestFinished(() => twin.disconnect());
  expect(await twin.get('key')).toBe('value');
  for (const access of [{}, { password: 'another-password-of-it' }]) {
    const stranger = connect(node, access);
    await vi.waitFor(() => expect(stranger.errors.length).toBeGreaterThan(0), 10_000);
    expect(stranger.cluster.status).not.toBe('ready');
  }
});

test('with TLS too, and only with servers of the authority', async () => {
  const node = await startRedis(true);
  const { cluster } = connect(node, { password, tlsCa: ours.read('ca.crt') });
  await cluster.set('key', 'value');
  expect(await cluster.get('key')).toBe('value');
  for (const access of [{ password }, { password, tlsCa: others.read('ca.crt') }]) {
    const stranger = connect(node, access);
    await vi.waitFor(() => expect(stranger.errors.length).toBeGreaterThan(0), 10_000);
    expect(stranger.cluster.status).not.toBe('ready');
  }
});
