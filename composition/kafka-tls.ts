import type { ConfigurationValues } from './configuration.ts';
import { configurationProblem, readFiles } from './secret-files.ts';

/** What a client checks of the brokers, the public authorities unless it has another, and shows them, in PEM. */
export type KafkaTls = { readonly ca?: string; readonly cert?: string; readonly key?: string };

/** A name and a password, for SASL/PLAIN over TLS. */
export type KafkaLogin = { readonly username: string; readonly password: string };

const certificate = ['KAFKA_CERT_FILE', 'KAFKA_KEY_FILE'] as const;
const login = ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'] as const;

/**
 * TLS with the brokers, for whoever has a certificate or a login; undefined, for plain text, with neither.
 * @throws ConfigError naming the variables that are missing, exclude each other, or whose file cannot be read.
 */
export function readKafkaTls(values: Partial<ConfigurationValues>): KafkaTls | undefined {
  const hasAuthority = values.KAFKA_CA_FILE !== undefined;
  const hasLogin = readKafkaLogin(values) !== undefined;
  // An authority alone says which brokers are to be trusted, but not who asks them.
  const hasCertificate = isThere(values, certificate, hasAuthority && !hasLogin);
  if (hasLogin && hasCertificate)
    throw configurationProblem(
      login,
      (name) => `${name} is one too many: ${certificate.join(', ')} are there`,
    );
  if (!hasLogin && !hasCertificate) return undefined;
  const files = readFiles(values, [
    ...(hasAuthority ? (['KAFKA_CA_FILE'] as const) : []),
    ...(hasCertificate ? certificate : []),
  ]);
  return {
    ...(hasAuthority ? { ca: files.KAFKA_CA_FILE } : {}),
    ...(hasCertificate ? { cert: files.KAFKA_CERT_FILE, key: files.KAFKA_KEY_FILE } : {}),
  };
}

/**
 * The process's login, if it has one: it is shown over TLS only.
 * @throws ConfigError naming the half that is missing.
 */
export function readKafkaLogin(values: Partial<ConfigurationValues>): KafkaLogin | undefined {
  if (!isThere(values, login)) return undefined;
  return { username: values.KAFKA_SASL_USERNAME ?? '', password: values.KAFKA_SASL_PASSWORD ?? '' };
}

/** Whether a pair is there. @throws ConfigError naming what is missing of one that is begun, or required. */
function isThere(
  values: Partial<ConfigurationValues>,
  pair: readonly (keyof ConfigurationValues)[],
  isRequired = false,
): boolean {
  const missing = pair.filter((name) => values[name] === undefined);
  if (missing.length === pair.length && !isRequired) return false;
  if (missing.length > 0)
    throw configurationProblem(missing, (name) => `${name} is missing: ${pair.join(', ')} go together`);
  return true;
}
