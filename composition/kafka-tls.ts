import { readFileSync } from 'node:fs';
import { ConfigError } from '../platform/errors.ts';
import type { ConfigurationValues } from './configuration.ts';

/** What a client shows the brokers and checks of them, in PEM. */
export type KafkaTls = { readonly ca: string; readonly cert: string; readonly key: string };

const variables = { ca: 'KAFKA_CA_FILE', cert: 'KAFKA_CERT_FILE', key: 'KAFKA_KEY_FILE' } as const;

/**
 * Mutual TLS with the brokers, from the three files that the configuration names; undefined when it names none.
 * @throws ConfigError naming the variables that are missing, or whose file cannot be read.
 */
export function readKafkaTls(values: Partial<ConfigurationValues>): KafkaTls | undefined {
  const names = Object.values(variables);
  const missing = names.filter((name) => values[name] === undefined);
  if (missing.length === names.length) return undefined;
  if (missing.length > 0) {
    throw problem(missing, (name) => `${name} is missing: ${names.join(', ')} go together`);
  }
  const unreadable: string[] = [];
  const read = (name: (typeof names)[number]): string => {
    try {
      return readFileSync(values[name]!, 'utf8');
    } catch {
      unreadable.push(name); // all are told at once, below, and without the path's content
      return '';
    }
  };
  const tls = { ca: read(variables.ca), cert: read(variables.cert), key: read(variables.key) };
  if (unreadable.length > 0) throw problem(unreadable, (name) => `${name} names a file that cannot be read`);
  return tls;
}

function problem(names: readonly string[], rule: (name: string) => string): ConfigError {
  return new ConfigError('configuration-invalid', names.map(rule).join('\n'), {
    details: { variables: [...names] },
  });
}
