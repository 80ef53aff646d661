import { z } from 'zod';
import { readConfig, variable } from '../platform/config.ts';
import { configurationOf, systemsOf, type ResourceName, type SystemName } from '../platform/resources.ts';

const port = variable.count(65_535);

const optional = {
  /** Where spans go (OTLP over HTTP); without it none are recorded. */
  OTEL_EXPORTER_OTLP_ENDPOINT: variable.address(/^https?$/, 'an http:// address').optional(),
  TRACE_SAMPLE_RATIO: z.coerce.number().min(0).max(1).default(0.01).describe('a number from 0 to 1'),
  KAFKA_COMPRESSION: z.enum(['lz4', 'none']).default('lz4').describe('lz4 or none'),
  POSTGRES_POOL: variable.count(100).default(10),
  /** `on` where what POSTGRES_URL names takes prepared statements: PostgreSQL itself, PgBouncer from 1.21 on. */
  POSTGRES_PREPARED: z.enum(['on', 'off']).default('off').describe('on or off'),
  /** `on` where the tables are distributed by bucket: a statement then touches one bucket, and so one server. */
  POSTGRES_BY_BUCKET: z.enum(['on', 'off']).default('off').describe('on or off'),
  /** Limits of acceptance: beyond them new orders are refused for a while. */
  ADMISSION_OUTBOX_MS: variable.count(600_000).default(2000),
  ADMISSION_OPEN_ORDERS: variable.count(1_000_000).default(4000),
};

/** What a process with these needs reads from its environment. @throws ConfigError naming every problem at once. */
export function readProcessConfiguration(
  needs: readonly ResourceName[],
  always: readonly SystemName[],
  servesHttp: boolean,
  variables: Readonly<Record<string, string | undefined>>,
): ProcessConfiguration {
  const names = systemsOf(needs, always);
  const shape = {
    ...configurationOf(names),
    HOST: z.union([z.ipv4(), z.ipv6()]).describe('an IP address to listen on'),
    METRICS_PORT: port,
    ...(servesHttp ? { PORT: port } : {}),
    ...optional,
  };
  return { systems: new Set(names), values: readConfig(shape, variables) as ConfigurationValues };
}

export type ProcessConfiguration = {
  readonly systems: ReadonlySet<SystemName>;
  readonly values: ConfigurationValues;
};

/** Variables of systems that the process does not need are absent: read them only where `systems` has the name. */
export type ConfigurationValues = {
  readonly REGION: 'us-east' | 'us-west' | 'eu-central' | 'ap-southeast';
  readonly PARTITIONS: number;
  readonly LOG_LEVEL: string;
  readonly HOST: string;
  readonly METRICS_PORT: number;
  readonly PORT: number;
  readonly POSTGRES_URL: string;
  readonly KAFKA_BROKERS: readonly string[];
  readonly KAFKA_CA_FILE?: string;
  readonly KAFKA_CERT_FILE?: string;
  readonly KAFKA_KEY_FILE?: string;
  readonly KAFKA_SASL_USERNAME?: string;
  readonly KAFKA_SASL_PASSWORD?: string;
  readonly REDIS_NODES: readonly string[];
  readonly REDIS_PASSWORD?: string;
  readonly REDIS_TLS_CA_FILE?: string;
  readonly MONGO_URL: string;
  readonly SMTP_URL: string;
  readonly SMTP_SINK_URL: string;
  readonly PAYMENT_PROVIDER_URL: string;
  readonly PAYMENT_PROVIDER_KEY: string;
  readonly PAYMENT_WEBHOOK_SECRET: string;
  readonly AUTH_SECRET: string;
  readonly OTEL_EXPORTER_OTLP_ENDPOINT?: string;
  readonly TRACE_SAMPLE_RATIO: number;
  readonly KAFKA_COMPRESSION: 'lz4' | 'none';
  readonly POSTGRES_POOL: number;
  readonly POSTGRES_PREPARED: 'on' | 'off';
  readonly POSTGRES_BY_BUCKET: 'on' | 'off';
  readonly ADMISSION_OUTBOX_MS: number;
  readonly ADMISSION_OPEN_ORDERS: number;
};
