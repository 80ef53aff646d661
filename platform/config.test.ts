import { expect, test } from 'vitest';
import { readConfig, variable } from './config.ts';
import { ConfigError } from './errors.ts';

const shape = {
  POSTGRES_URL: variable.address(/^postgres(ql)?$/, 'a postgres:// address'),
  KAFKA_BROKERS: variable.hosts(),
  PARTITIONS: variable.count(1000),
  AUTH_SECRET: variable.secret(32),
};
const good = {
  POSTGRES_URL: 'postgres://meridian@127.0.0.1:5432/meridian',
  KAFKA_BROKERS: '127.0.0.1:9092,127.0.0.1:9093',
  PARTITIONS: '12',
  AUTH_SECRET: 'a'.repeat(32),
};

function problemOf(variables: Record<string, string>): ConfigError {
  try {
    readConfig(shape, variables);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('the configuration was taken');
}

test('a whole configuration is parsed into its types', () => {
  expect(readConfig(shape, good)).toEqual({
    ...good,
    KAFKA_BROKERS: ['127.0.0.1:9092', '127.0.0.1:9093'],
    PARTITIONS: 12,
  });
});

test('all problems are reported at once, by name', () => {
  const error = problemOf({ KAFKA_BROKERS: 'nowhere', PARTITIONS: '0' });
  expect(error.details).toEqual({
    variables: ['POSTGRES_URL', 'KAFKA_BROKERS', 'PARTITIONS', 'AUTH_SECRET'],
  });
  expect(error.message.split('\n')).toEqual([
    'POSTGRES_URL is missing',
    'KAFKA_BROKERS must be a comma-separated list of host:port',
    'PARTITIONS must be a whole number from 1 to 1000',
    'AUTH_SECRET is missing',
  ]);
});

test.each(Object.keys(good))('a wrong %s is named and its value is not', (name) => {
  const error = problemOf({ ...good, [name]: 'hunter2' });
  expect(error.message).toContain(name);
  expect(error.message).not.toContain('hunter2');
});

test.each(['\n', '\r\n', '\u0000', '\t', '\u007f'])('a secret that ends in %j is refused by name', (end) => {
  const error = problemOf({ ...good, AUTH_SECRET: good.AUTH_SECRET + end });
  expect(error.details).toEqual({ variables: ['AUTH_SECRET'] });
  expect(error.message).toContain('without control characters');
  expect(error.message).not.toContain(good.AUTH_SECRET);
});

test('an optional variable may be left out, and is told about when it is wrong', () => {
  const optional = {
    REDIS_PASSWORD: variable.secret(16).optional(),
    REDIS_TLS_CA_FILE: variable.file().optional(),
  };
  expect(readConfig(optional, {})).toEqual({});
  expect(() => readConfig(optional, { REDIS_PASSWORD: 'short', REDIS_TLS_CA_FILE: '' })).toThrow(
    'REDIS_PASSWORD must be a secret of 16 characters or more, without control characters or line breaks\nREDIS_TLS_CA_FILE must be the path of a file',
  );
});
