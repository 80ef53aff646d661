import type { ConfigurationValues } from '../../composition/configuration.ts';
import { readKafkaLogin, readKafkaTls } from '../../composition/kafka-tls.ts';
import { readConfig } from '../../platform/config.ts';
import { processVariables, systems } from '../../platform/resources.ts';
import type { SourceSettings } from './sources.ts';

const { REGION, PARTITIONS } = processVariables;

/**
 * What the audit of a region reads from its environment. The books of the provider and of the mail server are read the way
 * our simulator and our sink give them: where there is another provider their addresses are left out.
 */
const regionVariables = {
  REGION,
  PARTITIONS,
  ...systems.postgres,
  ...systems.kafka,
  ...systems.mongo,
  PAYMENT_PROVIDER_URL: systems.paymentProvider.PAYMENT_PROVIDER_URL.optional(),
  SMTP_SINK_URL: systems.smtp.SMTP_SINK_URL.optional(),
};

/** @throws ConfigError naming every problem at once. */
export function readRegionVariables(variables: Readonly<Record<string, string | undefined>>) {
  return readConfig(regionVariables, variables);
}

/** The sources of a region of an environment; the logs of a cluster are in no file. @throws ConfigError as above, or for a file that cannot be read. */
export function regionSettings(
  environment: string,
  variables: Readonly<Record<string, string | undefined>>,
): SourceSettings {
  const values = readRegionVariables(variables);
  // A variable that is not there is no key here.
  const present = values as Partial<ConfigurationValues>;
  return {
    postgresUrl: values.POSTGRES_URL,
    brokers: values.KAFKA_BROKERS,
    kafkaTls: readKafkaTls(present),
    kafkaLogin: readKafkaLogin(present),
    mongoUrl: values.MONGO_URL,
    providerUrl: values.PAYMENT_PROVIDER_URL,
    mailsUrl: values.SMTP_SINK_URL,
    partitions: values.PARTITIONS,
    environment,
    region: values.REGION,
  };
}
