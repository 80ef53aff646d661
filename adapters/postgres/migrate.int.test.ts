import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { runner } from 'node-pg-migrate';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { localEnvironmentVariables } from '../../environments/local.ts';
import { startStack, stopStack } from '../../scripts/stack/index.ts';
import { superuserUrlOf } from '../../scripts/test-database.ts';
import { onDatabase } from '../../scripts/testing/on-database.ts';
import { sharedStack } from '../../scripts/testing/shared-stack.ts';
import { migrate } from './migrate.ts';
import { neededMigration } from './needed-schema.ts';

const { POSTGRES_URL = '', MONGO_URL = '' } = localEnvironmentVariables(sharedStack);
let owned = false;

beforeAll(async () => {
  ({ owned } = await startStack(sharedStack, { reuse: true }));
}, 180_000);
afterAll(async () => {
  if (owned) await stopStack(sharedStack);
});

async function query<Row extends object>(url: string, statement: string): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(statement)).rows;
  } finally {
    await client.end();
  }
}

let databases = 0;

/** The address of an empty database of the test's own. */
async function emptyDatabase(): Promise<string> {
  const name = `migrate_${process.pid}_${(databases += 1)}`;
  await query(POSTGRES_URL, `create database ${name}`);
  // An autovacuum worker in the database is the superuser's: nobody else may end it.
  onTestFinished(() => onDatabase(superuserUrlOf(sharedStack), `drop database ${name} with (force)`));
  return POSTGRES_URL.replace(/\/[^/]*$/, `/${name}`);
}

const run = (env: Readonly<Record<string, string>>, ...args: readonly string[]) =>
  execa(process.execPath, ['main.ts', ...(args.length > 0 ? args : ['migrate'])], {
    env,
    extendEnv: false,
    reject: false,
    timeout: 60_000,
  });

const applied = (url: string) =>
  query<{ name: string }>(url, 'select name from schema_migrations order by id').then((rows) =>
    rows.map(({ name }) => name),
  );

test('main.ts migrate applies each migration once, four at once and again afterwards', async () => {
  const url = await emptyDatabase();
  const runs = await Promise.all(Array.from({ length: 4 }, () => run({ POSTGRES_URL: url })));
  for (const { exitCode, stderr } of runs) expect([exitCode, stderr]).toEqual([0, '']);
  const names = await applied(url);
  expect(names).toEqual([...new Set(names)]);
  expect(names).toContain('0005_recommendation');
  expect((await run({ POSTGRES_URL: url })).exitCode).toBe(0);
  expect(await applied(url)).toEqual(names);
});

test('the address of migrations goes before that of the pooler, and read models are indexed', async () => {
  const url = await emptyDatabase();
  const { exitCode } = await run({
    POSTGRES_URL: 'postgres://nobody@127.0.0.1:1/pooler',
    POSTGRES_MIGRATION_URL: url,
    MONGO_URL: MONGO_URL.replace(/\/[^/?]*\?/, '/migrate_test?'),
  });
  expect(exitCode).toBe(0);
  expect((await applied(url)).length).toBeGreaterThan(0);
});

test('a database that is away is one line and exit code 1, without its password', async () => {
  const { exitCode, stderr } = await run({ POSTGRES_URL: 'postgres://who:hunter2@127.0.0.1:1/none' });
  expect([exitCode, stderr.split('\n')]).toEqual([1, [expect.stringMatching(/^migrate: .*ECONNREFUSED/)]]);
  expect(stderr).not.toContain('hunter2');
});

test('without an address, or with a wrong one, nothing is tried: exit code 78', async () => {
  const none = await run({});
  expect([none.exitCode, none.stderr]).toEqual([78, expect.stringContaining('POSTGRES_URL is missing')]);
  const wrong = await run({ POSTGRES_MIGRATION_URL: 'mysql://who:hunter2@nowhere/db' });
  expect(wrong.exitCode).toBe(78);
  expect(wrong.stderr).toContain('POSTGRES_MIGRATION_URL must be a postgres:// address');
  expect(wrong.stderr).not.toContain('hunter2');
});

test('await-schema waits for what this release needs, and gives up in time', async () => {
  const url = await emptyDatabase();
  const started = run({ POSTGRES_URL: url }, 'await-schema', '--within-ms=60000');
  const tooLate = await run({ POSTGRES_URL: url }, 'await-schema', '--within-ms=0');
  expect([tooLate.exitCode, tooLate.stderr]).toEqual([
    1,
    `await-schema: the database has not had the migration ${neededMigration}, which this release needs`,
  ]);
  await migrate(url);
  expect((await started).exitCode).toBe(0);
  expect((await run({ POSTGRES_URL: url }, 'await-schema')).exitCode).toBe(2);
  expect((await run({}, 'await-schema', '--within-ms=0')).exitCode).toBe(78);
  expect(await applied(url)).toContain(neededMigration);
});

test.each([
  [
    'a wrong password',
    (url: string) => url.replace(/:[^:@]+@/, ':hunter2@'),
    /^POSTGRES_URL: .* password \(28P01\)$/,
  ],
  ['an unknown database', (url: string) => `${url}_gone`, /^POSTGRES_URL: .* no such database \(3D000\)$/],
])('%s ends await-schema and a program at once, by one line', async (_what, wrongly, line) => {
  const url = wrongly(POSTGRES_URL);
  const job = await run({ POSTGRES_URL: url }, 'await-schema', '--within-ms=600000');
  expect([job.exitCode, job.stderr]).toEqual([78, expect.stringMatching(line)]);
  const ports = { HOST: '127.0.0.1', PORT: '18599', METRICS_PORT: '18598' };
  const variables = { ...localEnvironmentVariables(sharedStack), ...ports, POSTGRES_URL: url };
  const program = await run(variables, 'gateway', 'user');
  expect([program.exitCode, program.stderr]).toEqual([78, expect.stringMatching(line)]);
});

test('a program does not begin on a schema that is too old', async () => {
  const url = await emptyDatabase();
  const variables = {
    ...localEnvironmentVariables(sharedStack),
    POSTGRES_URL: url,
    HOST: '127.0.0.1',
    PORT: '18599',
    METRICS_PORT: '18598',
  };
  const started = execa(process.execPath, ['main.ts', 'gateway', 'user'], {
    env: variables,
    extendEnv: false,
    reject: false,
    timeout: 60_000,
    all: true,
  });
  await vi.waitFor(async () => expect((await fetch('http://127.0.0.1:18598/livez')).ok).toBe(true), 20_000);
  await sleep(1000);
  await expect(fetch('http://127.0.0.1:18599/v1/users/me')).rejects.toThrow('fetch failed');
  expect((await fetch('http://127.0.0.1:18598/readyz')).status).toBe(503);
  await migrate(url);
  await vi.waitFor(async () => expect((await fetch('http://127.0.0.1:18598/readyz')).ok).toBe(true), 20_000);
  started.kill('SIGTERM');
  expect((await started).all).toContain('waits for the schema');
});

test('a region with read models alone prepares those', async () => {
  const mongo = MONGO_URL.replace(/\/[^/?]*\?/, '/migrate_test?');
  expect((await run({ MONGO_URL: mongo }, 'migrate', '--read-models')).exitCode).toBe(0);
  const none = await run({ POSTGRES_URL }, 'migrate', '--read-models');
  expect([none.exitCode, none.stderr]).toEqual([78, expect.stringContaining('MONGO_URL is missing')]);
});

test('mails from before the users were kept get theirs from the order', async () => {
  const url = await emptyDatabase();
  await migrate(url);
  const names = await applied(url);
  await runner({
    databaseUrl: url,
    dir: fileURLToPath(new URL('migrations', import.meta.url)),
    direction: 'down',
    count: names.length - names.indexOf('0006_mails_of_a_user'),
    migrationsTable: 'schema_migrations',
    log: () => undefined,
  });
  await query(
    url,
    `insert into orders.events (bucket, stream_id, version, type, data)
     values (1, 'ord_1', 1, 'OrderPlaced', '{"userId": "usr_1"}'), (1, 'ord_1', 2, 'OrderShipped', '{"userId": "x"}');
     insert into notification.mails (bucket, order_id, step, status)
     values (1, 'ord_1', 'OrderShipped', 'sent'), (2, 'ord_gone', 'OrderShipped', 'sent')`,
  );
  await migrate(url);
  expect(await applied(url)).toEqual(names);
  expect(await query(url, 'select order_id, user_id from notification.mails order by order_id')).toEqual([
    { order_id: 'ord_1', user_id: 'usr_1' },
    { order_id: 'ord_gone', user_id: null },
  ]);
});
