import { expect, test } from 'vitest';
import { localEnvironmentVariables, localStack } from '../environments/local.ts';
import { gateways } from '../gateways/index.ts';
import { alwaysNeeded, systems, systemsOf, type SystemName } from '../platform/resources.ts';
import { tasks, workers } from '../workers/index.ts';
import { readProcessConfiguration } from './configuration.ts';

const local: Readonly<Record<string, string>> = {
  ...localEnvironmentVariables(localStack('dev')),
  HOST: '127.0.0.1',
  PORT: '1',
  METRICS_PORT: '2',
};
/** Only what these systems have, as the manifests give it. */
function variablesOf(names: readonly SystemName[]): Record<string, string | undefined> {
  const foreign = Object.keys(systems).filter((name) => !names.includes(name as SystemName));
  const dropped = new Set(foreign.flatMap((name) => Object.keys(systems[name as SystemName])));
  return Object.fromEntries(Object.entries(local).filter(([name]) => !dropped.has(name)));
}

test('the files of Kafka and the access to Redis belong to those who need these systems', () => {
  const variables = {
    ...local,
    KAFKA_CA_FILE: '/etc/kafka/ca.crt',
    REDIS_PASSWORD: 'p'.repeat(16),
    REDIS_TLS_CA_FILE: '/etc/redis/ca.crt',
  };
  const { values } = readProcessConfiguration([], alwaysNeeded.worker, false, variables);
  expect(values).toMatchObject({
    KAFKA_CA_FILE: '/etc/kafka/ca.crt',
    REDIS_TLS_CA_FILE: '/etc/redis/ca.crt',
  });
  const gateway = readProcessConfiguration([], alwaysNeeded.gateway, true, variables).values;
  expect(gateway).toMatchObject({ REDIS_PASSWORD: 'p'.repeat(16) });
  expect(gateway).not.toHaveProperty('KAFKA_CA_FILE');
});

test('each program alone can be configured with the variables of its systems, without any that is optional', () => {
  const programs = [
    ...gateways.map((part) => ({ part, always: alwaysNeeded.gateway, http: true })),
    ...workers.map((part) => ({ part, always: alwaysNeeded.worker, http: false })),
    ...tasks.map((part) => ({ part, always: alwaysNeeded.task, http: false })),
  ];
  for (const { part, always, http } of programs) {
    const all = readProcessConfiguration(part.needs, always, http, local);
    const own = readProcessConfiguration(part.needs, always, http, variablesOf([...all.systems]));
    expect(own.values).toEqual(all.values);
  }
});

test('whatever appends events can tell the relay of them', () => {
  for (const always of Object.values(alwaysNeeded))
    expect(always).toEqual(expect.arrayContaining([...systemsOf(['wake'])]));
});
