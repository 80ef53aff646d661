import { execa } from 'execa';
import { expect, test } from 'vitest';
import { localEnvironmentVariables, localStack } from '../../environments/local.ts';

const variables = {
  ...localEnvironmentVariables(localStack('test', 4000)),
  HOST: '127.0.0.1',
  METRICS_PORT: '1',
  PORT: '2',
};

/** Nothing of the test's own environment reaches the process. */
async function run(args: readonly string[], env: Readonly<Record<string, string>>) {
  return execa(process.execPath, ['main.ts', ...args], {
    env,
    extendEnv: false,
    reject: false,
    timeout: 30_000,
  });
}

test('a wrong variable and two missing ones are all named at once, without values', async () => {
  const rest = Object.fromEntries(
    Object.entries(variables).filter(([name]) => !/^(AUTH_SECRET|KAFKA_BROKERS)$/.test(name)),
  );
  const { exitCode, stderr, stdout } = await run(['all'], {
    ...rest,
    POSTGRES_URL: 'mysql://who:hunter2@nowhere/db',
  });
  expect(exitCode).toBe(78);
  expect(stderr.split('\n').slice(1).toSorted()).toEqual([
    'AUTH_SECRET is missing',
    'KAFKA_BROKERS is missing',
    'POSTGRES_URL must be a postgres:// address',
  ]);
  expect(`${stderr}${stdout}`).not.toMatch(/hunter2|mysql|sk_local|whsec/);
});

test('only what the process needs is asked for', async () => {
  const { exitCode, stderr } = await run(['worker', 'reserve-stock'], {});
  expect(exitCode).toBe(78);
  expect(stderr).toContain('POSTGRES_URL is missing');
  expect(stderr).not.toMatch(/SMTP|MONGO|PAYMENT|AUTH_SECRET|(?<!METRICS_)PORT is/);
});

test('an unknown worker, gateway or command is wrong usage, and what there is is named', async () => {
  const worker = await run(['worker', 'nope'], variables);
  expect(worker.exitCode).toBe(2);
  expect(worker.stderr).toMatch(/no worker "nope".*reserve-stock/s);
  expect((await run(['gateway', 'nope'], variables)).exitCode).toBe(2);
  expect((await run(['all', '--only', 'order,nope'], variables)).exitCode).toBe(2);
  expect((await run(['nope'], variables)).exitCode).toBe(2);
});

test('a third of the files for mutual TLS is no configuration, nor is an authority that is not there', async () => {
  const kafka = await run(['worker', 'reserve-stock'], { ...variables, KAFKA_CA_FILE: '/nowhere/ca.crt' });
  expect(kafka.exitCode).toBe(78);
  expect(kafka.stderr).toMatch(/KAFKA_CERT_FILE is missing.*\nKAFKA_KEY_FILE is missing/);
  const redis = await run(['gateway', 'user'], { ...variables, REDIS_TLS_CA_FILE: '/nowhere/ca.crt' });
  expect(redis.exitCode).toBe(78);
  expect(redis.stderr).toContain('REDIS_TLS_CA_FILE names a file that cannot be read');
});
