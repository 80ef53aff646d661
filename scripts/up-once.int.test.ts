import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { localStack, processGroups } from '../environments/local.ts';
import type { AuditReport } from './auditor/index.ts';
import { resetStack, stackStatus, type StatusRow } from './stack/index.ts';
import { stackFolders } from './stack/folders.ts';
import { requireFreePorts } from './stack/ports.ts';

const stack = localStack('test', 3000);
const folders = stackFolders(stack);

/** As from a terminal of its own. */
const run = (command: 'up' | 'audit', ...args: readonly string[]) =>
  execa(fileURLToPath(new URL(command, import.meta.url)), ['--stack', 'test', ...args], {
    env: { MERIDIAN_PORT_OFFSET: '3000' },
    all: true,
    reject: false,
  });

beforeAll(() => resetStack(stack), 60_000);
afterAll(() => resetStack(stack), 60_000);

/** `up` in the foreground, from when it waits for Ctrl-C; `ended` tells how it went. */
async function startUp(...args: readonly string[]) {
  const up = run('up', ...args);
  const ended = up.then((result) => result);
  let shown = '';
  const { promise: isUp, resolve } = Promise.withResolvers<void>();
  up.all.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
    if (shown.includes('Running until Ctrl-C')) resolve();
  });
  await Promise.race([isUp, ended]);
  expect(shown).toContain('Running until Ctrl-C');
  return { ended };
}

async function expectNothingLeft(): Promise<void> {
  expect(stackStatus(stack).filter(({ state }) => state === 'running')).toEqual([]);
  await requireFreePorts(stack);
}

test('up --once shows what became of fifty orders and the verdict, and leaves nothing running', async () => {
  const { exitCode, stdout, stderr } = await run('up', '--once');

  expect([exitCode, stderr]).toEqual([0, '']);
  const rows = stdout.split('\n').filter((line) => /^│ +\d+ │ …/.test(line));
  expect(rows).toHaveLength(50);
  for (const row of rows) expect(row).toMatch(/│ (shipped|cancelled|rejected: [a-z-]+) +│ ✔ │$/);
  for (const what of ['no stock', 'card declined', 'blocked user', 'cancelled'])
    expect(rows.filter((row) => row.includes(`│ ${what} `))).toHaveLength(2);
  expect(stdout).toContain('50 of 50 orders ended, 50 as they were meant to.');
  expect(stdout).toMatch(/local\/us-east clean: 50 orders in /);
  // Nobody is there to be asked any more.
  expect(stdout).not.toContain('http://');
  await expectNothingLeft();
}, 180_000);

test('a second start keeps the data; status, logs and stop work from another terminal', async () => {
  const { ended } = await startUp('--json');

  const status = await run('up', 'status', '--json');
  const rows = JSON.parse(status.stdout) as readonly StatusRow[];
  const names = [
    ...processGroups.map(({ name }) => name),
    'outside-world',
    'postgres',
    'kafka',
    'mongo',
    'redis-5',
  ];
  for (const name of names) expect(rows).toContainEqual(expect.objectContaining({ name, state: 'running' }));
  expect(rows.find(({ name }) => name === 'kafka')).toMatchObject({ port: stack.ports.kafka });
  const table = await run('up', 'status');
  expect([status.exitCode, table.exitCode]).toEqual([0, 0]);
  expect(table.stdout).toMatch(/│ kafka +│ running │ +\d+ │ +17192 │ +\d+ │/);
  expect(table.stdout).toMatch(new RegExp(`\n${rows.length} running, \\d+ MB$`));

  const log = await run('up', 'logs', 'back');
  expect([log.exitCode, log.stderr]).toEqual([0, '']);
  expect(JSON.parse(log.stdout.split('\n')[0] ?? '')).toHaveProperty('msg');
  const unknown = await run('up', 'logs', 'nobody');
  expect([unknown.exitCode, unknown.stdout]).toEqual([2, '']);
  expect(unknown.stderr).toMatch(/^up: no log is named nobody\. Known logs: back, front, kafka, /);

  const stop = await run('up', 'stop');
  expect([stop.exitCode, stop.stdout]).toEqual([0, 'The test stack is stopped; its data is kept.']);
  const { exitCode, stdout } = await ended;
  expect(exitCode).toBe(0);
  const told = JSON.parse(stdout) as { orders: object[]; asMeant: boolean; audit: AuditReport };
  expect(told).toMatchObject({ asMeant: true, audit: { verdict: 'clean', orders: 100 } });
  expect(told.orders).toHaveLength(50);
  expect(told.orders).toContainEqual(expect.objectContaining({ label: 'cancelled', outcome: 'cancelled' }));
  await expectNothingLeft();
}, 180_000);

test('what was stopped comes back with its orders; reset ends it and deletes them', async () => {
  const { ended } = await startUp('--no-orders');
  const audit = await run('audit', '--json');
  expect(JSON.parse(audit.stdout)).toMatchObject({ verdict: 'clean', orders: 100 });

  const second = await run('up', '--once');
  expect(second.exitCode).toBe(1);
  expect(second.stderr).toMatch(
    /^up: the test stack runs already \(process \d+\): scripts\/up stop ends it$/,
  );

  const reset = await run('up', 'reset', '--json');
  expect(reset.exitCode).toBe(0);
  expect(JSON.parse(reset.stdout)).toEqual({ stack: 'test', stopped: true, data: 'deleted' });
  expect((await ended).exitCode).toBe(0);
  expect([folders.state, folders.postgres].filter((folder) => existsSync(folder))).toEqual([]);
  await expectNothingLeft();

  // Where nothing runs, and nothing ever has, that is no failure.
  const stopped = await run('up', 'stop', '--json');
  expect([stopped.exitCode, JSON.parse(stopped.stdout)]).toEqual([
    0,
    { stack: 'test', stopped: true, data: 'kept' },
  ]);
  const logs = await run('up', 'logs', 'back');
  expect([logs.exitCode, logs.stderr]).toEqual([
    2,
    'up: no log is named back. Known logs: none yet: start the stack first',
  ]);
}, 120_000);

test('a word that is no command is named', async () => {
  const { exitCode, stdout, stderr } = await run('up', 'begin');
  expect([exitCode, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^error: unknown command 'begin'\n/);
  const more = await run('up', 'status', 'begin');
  expect([more.exitCode, more.stdout]).toEqual([2, '']);
  expect(more.stderr).toMatch(/^error: too many arguments for 'status'/);
});
