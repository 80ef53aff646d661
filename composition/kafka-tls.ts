import type { ConfigurationValues } from './configuration.ts';
import { configurationProblem, readFiles } from './secret-files.ts';

/** What a client shows the brokers and checks of them, in PEM. */
export type KafkaTls = { readonly ca: string; readonly cert: string; readonly key: string };

const names = ['KAFKA_CA_FILE', 'KAFKA_CERT_FILE', 'KAFKA_KEY_FILE'] as const;

/**
 * Mutual TLS with the brokers, from the three files that the configuration names; undefined when it names none.
 * @throws ConfigError naming the variables that are missing, or whose file cannot be read.
 */
export function readKafkaTls(values: Partial<ConfigurationValues>): KafkaTls | undefined {
  const missing = names.filter((name) => values[name] === undefined);
  if (missing.length === names.length) return undefined;
  if (missing.length > 0)
    throw configurationProblem(missing, (name) => `${name} is missing: ${names.join(', ')} go together`);
  const { KAFKA_CA_FILE: ca, KAFKA_CERT_FILE: cert, KAFKA_KEY_FILE: key } = readFiles(values, names);
  return { ca, cert, key };
}
