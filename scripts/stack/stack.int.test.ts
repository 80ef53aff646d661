import { Kafka, logLevel } from 'kafkajs';
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { MongoClient } from 'mongodb';
import { Client } from 'pg';
import { Cluster } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { localEnvironmentVariables, localStack } from '../../environments/local.ts';
import { stackFolders } from './folders.ts';
import {
  killProcess,
  redisRoles,
  resetStack,
  restartServer,
  stackStatus,
  startServer,
  startStack,
  stopStack,
} from './index.ts';

// A stack of its own: this test kills servers that other tests would miss.
const stack = localStack('test', 7000);
const environment = localEnvironmentVariables(stack);
const topics = ['stack-test'];

beforeAll(async () => {
  await resetStack(stack);
  await startStack(stack, { topics });
}, 180_000);

afterAll(() => resetStack(stack), 60_000);

async function postgres<Answer>(work: (client: Client) => Promise<Answer>): Promise<Answer> {
  const client = new Client({ connectionString: environment['POSTGRES_URL'] });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const addRow = (): Promise<number | null> =>
  postgres(async (client) => {
    await client.query('create table if not exists kept (id int generated always as identity)');
    await client.query('insert into kept default values');
    return (await client.query('select 1 from kept')).rowCount;
  });

async function withRedis<Answer>(work: (cluster: Cluster) => Promise<Answer>): Promise<Answer> {
  const nodes = stack.ports.redis.map((port) => ({ host: stack.host, port }));
  // Until the replica has taken over, the other nodes send a new client to the dead one, again and again.
  const cluster = new Cluster(nodes, { maxRedirections: 100, retryDelayOnMoved: 100 });
  try {
    return await work(cluster);
  } finally {
    cluster.disconnect();
  }
}

async function withMongo<Answer>(work: (client: MongoClient) => Promise<Answer>): Promise<Answer> {
  const client = new MongoClient(environment['MONGO_URL'] ?? '');
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

async function topicPartitions(): Promise<number | undefined> {
  const brokers = [environment['KAFKA_BROKERS'] ?? ''];
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    return (await admin.fetchTopicMetadata({ topics })).topics[0]?.partitions.length;
  } finally {
    await admin.disconnect();
  }
}

test('a second start keeps the data of all servers', async () => {
  const rows = await addRow();
  await withRedis((cluster) => cluster.set('kept', 'yes'));
  await withMongo((client) => client.db().collection('kept').insertOne({ kept: true }));
  await stopStack(stack);
  expect(stackStatus(stack).filter(({ state }) => state === 'running')).toEqual([]);
  await startStack(stack, { topics });
  expect(await addRow()).toBe((rows ?? 0) + 1);
  expect(await withRedis((cluster) => cluster.get('kept'))).toBe('yes');
  expect(await withMongo((client) => client.db().collection('kept').countDocuments())).toBe(1);
  expect(await topicPartitions()).toBe(stack.partitions);
}, 60_000);

test.each(['SIGKILL', 'SIGQUIT', undefined] as const)(
  'postgres comes back after %s',
  async (signal) => {
    const rows = await addRow();
    await restartServer(stack, 'postgres', signal);
    expect(await addRow()).toBe((rows ?? 0) + 1);
  },
  60_000,
);

test.each([
  ['kill -9', 'SIGKILL'],
  ['an orderly stop', undefined],
] as const)(
  'kafka comes back after %s',
  async (_how, signal) => {
    await restartServer(stack, 'kafka', signal);
    expect(await topicPartitions()).toBe(stack.partitions);
  },
  60_000,
);

test('mongo comes back after kill -9', async () => {
  await restartServer(stack, 'mongo', 'SIGKILL');
  expect(await withMongo((client) => client.db().command({ ping: 1 }))).toMatchObject({ ok: 1 });
}, 60_000);

test('a replica takes over from a killed Redis master, which comes back as a replica', async () => {
  const master = (await redisRoles(stack)).find(({ role }) => role === 'master');
  await killProcess(stack, master?.name ?? '');
  const writes = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
  await withRedis((cluster) => Promise.all(writes.map((key) => cluster.set(key, key, 'EX', 60))));
  await startServer(stack, master?.name ?? '');
  expect((await redisRoles(stack)).find(({ name }) => name === master?.name)?.role).toBe('replica');
}, 60_000);

test('a clone that was deleted leaves no half of its data to the next one at its place', async () => {
  await addRow();
  await stopStack(stack);
  rmSync(stackFolders(stack).state, { recursive: true });
  await startStack(stack, { topics });
  expect(await addRow()).toBe(1);
}, 60_000);

test('a port in use is named with what needs it and who has it', async () => {
  await stopStack(stack);
  const intruder = createServer().listen(stack.ports.gateway);
  try {
    await expect(startStack(stack)).rejects.toThrow(
      new RegExp(`port ${stack.ports.gateway}, needed by the gateways, is in use by process ${process.pid}`),
    );
  } finally {
    intruder.close();
  }
}, 60_000);
