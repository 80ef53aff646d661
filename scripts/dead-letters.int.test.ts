import { join } from 'node:path';
import { execa } from 'execa';
import { Partitioners } from 'kafkajs';
import type { Pool } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { topics } from '../contracts/topics.ts';
import { publisher } from '../adapters/kafka/publish.ts';
import { migrate } from '../adapters/postgres/migrate.ts';
import { localEnvironmentVariables, localStack } from '../environments/local.ts';
import { deadLetterOf } from '../platform/dead-letter.ts';
import { openSources } from './auditor/local-sources.ts';
import { emptyTopics } from './auditor/testing/messages.ts';
import { extentsOf, readTopics } from './auditor/topic-reader.ts';
import { startStack, stopStack } from './stack/index.ts';

const program = join(import.meta.dirname, 'dead-letters');
const stack = localStack('test', 5000);
const orderEvents = topics.orderEvents.name;
const deadLetters = topics.deadLetterEvents.name;

let owned = false;
let opened: ReturnType<typeof openSources>;
let pool: Pool;

beforeAll(async () => {
  ({ owned } = await startStack(stack, { reuse: true, topics: [orderEvents, deadLetters] }));
  await migrate(localEnvironmentVariables(stack)['POSTGRES_URL'] ?? '');
  opened = openSources(stack);
  pool = opened.sources.postgres;
  await opened.sources.admin.connect();
  await emptyTopics(stack, opened.sources, [orderEvents, deadLetters]);
  await pool.query('delete from audit.dead_letters');
  await writeLetters();
}, 180_000);

afterAll(async () => {
  await pool?.query('delete from audit.dead_letters');
  await opened?.close();
  if (owned) await stopStack(stack);
}, 60_000);

const valueOf = (index: number): string =>
  JSON.stringify({ index, text: 'ünïcode', paymentToken: 'tok_visa' });

/** Three letters of one consumer, the first of them twice. */
async function writeLetters(
  letters = [0, 1, 2, 0].map((index) => [index, valueOf(index)] as const),
): Promise<void> {
  const producer = opened.sources.kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  const publish = publisher(producer, { source: '/test', compress: false });
  for (const [index, value] of letters) {
    const letter = deadLetterOf(
      {
        topic: orderEvents,
        partition: 3,
        offset: String(index),
        key: 'ord_1',
        value: Buffer.from(value),
        id: `ord_1/${index}`,
        type: 'OrderPlaced',
        traceparent: undefined,
        headers: () => ({ ce_id: `ord_1/${index}`, ce_type: 'OrderPlaced', ce_source: '/orders' }),
      },
      { consumer: 'score-order', error: new Error('given up'), attempts: 5 },
    );
    const { topic, partition, key, value: payload, id: eventId, type } = letter;
    const row = { bucket: partition, topic, key, type, eventId, payload, traceparent: null };
    await publish([{ ...row, occurredAt: new Date() }]);
  }
  await producer.disconnect();
}

async function run(...args: readonly string[]) {
  const { exitCode, stdout, stderr } = await execa(program, ['--stack', 'test', ...args], {
    env: { MERIDIAN_PORT_OFFSET: '5000' },
    reject: false,
  });
  return { exitCode, stdout, stderr };
}

async function listed(...args: readonly string[]): Promise<{ id: string; status: string }[]> {
  const { exitCode, stdout, stderr } = await run('list', '--json', ...args);
  expect(exitCode, stderr).toBe(0);
  return (JSON.parse(stdout) as { id: string; status: string }[]).map(({ id, status }) => ({ id, status }));
}

const idOf = (index: number): string => `${orderEvents}/3/${index}/score-order`;

async function messages(): Promise<object[]> {
  const found: object[] = [];
  const extents = await extentsOf(opened.sources, [orderEvents]);
  await readTopics(opened.sources, extents, [3], (_topic, partition, { key, value, headers }) => {
    const texts = Object.entries(headers ?? {}).map(([name, header]) => [name, String(header)]);
    found.push({
      partition,
      key: key?.toString(),
      value: value?.toString(),
      headers: Object.fromEntries(texts),
    });
  });
  return found;
}

test('lists each open letter once, and shows one without its card token', async () => {
  expect(await listed()).toEqual([0, 1, 2].map((index) => ({ id: idOf(index), status: 'open' })));
  const shown = await run('show', idOf(1), '--json');
  expect(shown.exitCode).toBe(0);
  expect(JSON.parse(shown.stdout)).toMatchObject({ errorMessage: 'given up', attempts: 5, key: 'ord_1' });
  expect(shown.stdout).toContain('ünïcode');
  expect(shown.stdout).not.toContain('tok_visa');
});

test('retry publishes the same bytes, key and headers on the same partition, and settles the letter', async () => {
  expect(await run('retry', idOf(1))).toMatchObject({ exitCode: 0, stdout: '1 retried' });
  expect(await messages()).toEqual([
    {
      partition: 3,
      key: 'ord_1',
      value: valueOf(1),
      headers: { ce_id: 'ord_1/1', ce_type: 'OrderPlaced', ce_source: '/orders' },
    },
  ]);
  expect(await listed()).toEqual([0, 2].map((index) => ({ id: idOf(index), status: 'open' })));
  expect(await run('retry', idOf(1))).toMatchObject({
    exitCode: 1,
    stderr: `dead-letters: ${idOf(1)} is retried already`,
  });
});

test('drop settles without publishing; --all retries what is left', async () => {
  expect(await run('drop', idOf(0))).toMatchObject({ exitCode: 0 });
  expect(await messages()).toHaveLength(1);
  expect(await run('retry', '--all')).toMatchObject({ exitCode: 0, stdout: '1 retried' });
  expect(await messages()).toHaveLength(2);
  expect(await listed('--settled')).toEqual([
    { id: idOf(0), status: 'dropped' },
    { id: idOf(1), status: 'retried' },
    { id: idOf(2), status: 'retried' },
  ]);
  expect((await run('list')).stdout).toBe('0 open');
});

test('an event of long ago is not published again: others may have forgotten that they handled it', async () => {
  const at = new Date(Date.now() - 38 * 86_400_000).toISOString();
  await writeLetters([[7, JSON.stringify({ at })]]);
  const { exitCode, stderr } = await run('retry', idOf(7));
  expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/7\/score-order is too old/)]);
  expect(await run('retry', '--all')).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^0 retried; 1 left, too old/),
  });
  expect(await messages()).toHaveLength(2);
  expect(await run('drop', idOf(7))).toMatchObject({ exitCode: 0 });
});

test('more letters than one batch holds are all retried; of a message that was too large the letter says where it is', async () => {
  const before = (await messages()).length;
  const long = Array.from({ length: 90 }, (_, index) => [100 + index, 'x'.repeat(15_000)] as const);
  await writeLetters([...long, [200, 'x'.repeat(1_000_000)]]);
  expect(await run('retry', idOf(200))).toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(/200\/score-order is cut/),
  });
  expect(await run('retry', '--all')).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^90 retried; 1 left, cut/),
  });
  expect(await messages()).toHaveLength(before + 90);
  expect((await run('show', idOf(200))).stdout).toContain('isCut');
  expect(await run('drop', idOf(200))).toMatchObject({ exitCode: 0 });
});

test('exit codes tell an unknown letter, wrong usage and a system that is away', async () => {
  expect(await run('show', 'order-events/3/9/score-order')).toMatchObject({ exitCode: 1 });
  expect(await run('retry')).toMatchObject({ exitCode: 2 });
  expect(await run('bury')).toMatchObject({ exitCode: 2 });
  expect((await run('--help')).exitCode).toBe(0);
  const elsewhere = await execa(program, ['--stack', 'bench', 'list'], {
    env: { MERIDIAN_PORT_OFFSET: '5000' },
    reject: false,
  });
  expect(elsewhere.exitCode).toBe(3);
  expect(elsewhere.stderr).toMatch(/^dead-letters: .*ECONNREFUSED.* \(scripts\/up status shows what runs\)$/);
});
