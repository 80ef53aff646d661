import { z } from 'zod';
import { variable } from './config.ts';
import type { SharedPorts, TransactionalPorts } from './ports/index.ts';
import { readModelZones } from './ports/read-model-zones.ts';

const postgresAddress = variable.address(/^postgres(ql)?$/, 'a postgres:// address');
const mongoAddress = variable.address(/^mongodb(\+srv)?$/, 'a mongodb:// address');

/**
 * The real systems, and the variables by which a process finds each and shows who it is; what is optional depends on how
 * the system is run. Configuration, manifests and network policies follow from this table.
 */
export const systems = {
  postgres: { POSTGRES_URL: postgresAddress },
  kafka: {
    KAFKA_BROKERS: variable.hosts(),
    /** TLS with brokers of this authority (PEM); without it, of the public ones. */
    KAFKA_CA_FILE: variable.file().optional(),
    /** Who the process is: a certificate and its key (PEM), or a name and a password; plain text without any. */
    KAFKA_CERT_FILE: variable.file().optional(),
    KAFKA_KEY_FILE: variable.file().optional(),
    KAFKA_SASL_USERNAME: variable.secret(1).optional(),
    KAFKA_SASL_PASSWORD: variable.secret(8).optional(),
  },
  redis: {
    REDIS_NODES: variable.hosts(),
    REDIS_PASSWORD: variable.secret(16).optional(),
    /** TLS with servers of this authority (PEM); their certificates name what `cluster-announce-hostname` does. */
    REDIS_TLS_CA_FILE: variable.file().optional(),
  },
  mongo: { MONGO_URL: mongoAddress },
  smtp: {
    SMTP_URL: variable.address(/^smtps?$/, 'an smtp:// or smtps:// address'),
    SMTP_SINK_URL: variable.address(/^https?$/, 'an http:// address'),
  },
  paymentProvider: {
    PAYMENT_PROVIDER_URL: variable.address(/^https?$/, 'an http:// address'),
    PAYMENT_PROVIDER_KEY: variable.secret(16),
  },
  webhookSecret: { PAYMENT_WEBHOOK_SECRET: variable.secret(16) },
  tokenSecret: { AUTH_SECRET: variable.secret(32) },
} as const;
export type SystemName = keyof typeof systems;

/** The variables without which a system cannot be used; the others are optional. */
export type RequiredVariable<Name extends SystemName> = {
  [Variable in keyof (typeof systems)[Name]]: (typeof systems)[Name][Variable] extends z.ZodOptional
    ? never
    : Variable;
}[keyof (typeof systems)[Name]];

/**
 * What `main.ts migrate` reads. Migrations need PostgreSQL itself, not its pooler: the lock that keeps two apart is a
 * session's. Where the two have different addresses, POSTGRES_MIGRATION_URL is that of PostgreSQL.
 */
export const migrationVariables = {
  POSTGRES_MIGRATION_URL: postgresAddress.optional(),
  POSTGRES_URL: postgresAddress.optional(),
  MONGO_URL: mongoAddress.optional(),
  /** On Citus, where the number of shards follows from it. */
  PARTITIONS: variable.count(1000).optional(),
  /** How many it has when it is whole. */
  CITUS_WORKERS: variable.count(1000).optional(),
};

/** What `main.ts place-read-models` reads: the address of a user who may place shards, and zones as JSON. */
export const placementVariables = {
  MONGO_ADMIN_URL: mongoAddress,
  MONGO_ZONES: variable.json(readModelZones, 'zones of the read models as JSON'),
};

/** What every process reads, whatever it needs. */
export const processVariables = {
  REGION: z
    .enum(['us-east', 'us-west', 'eu-central', 'ap-southeast'])
    .describe('one of us-east, us-west, eu-central, ap-southeast'),
  PARTITIONS: variable.count(1000),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .describe('one of trace, debug, info, warn, error, fatal, silent'),
};

type Ports = SharedPorts & TransactionalPorts;
export type ResourceName = keyof Ports;

/**
 * What a worker or gateway may name in `needs`, and the systems behind it. The type of the context, the configuration
 * and later the manifests follow from this table.
 */
const resources = {
  orders: { systems: ['postgres'], lives: 'process' },
  payments: { systems: ['postgres'], lives: 'process' },
  shipments: { systems: ['postgres'], lives: 'process' },
  sagas: { systems: ['postgres'], lives: 'process' },
  stockLevels: { systems: ['postgres'], lives: 'process' },
  users: { systems: ['postgres'], lives: 'process' },
  carts: { systems: ['postgres'], lives: 'process' },
  catalogue: { systems: ['postgres'], lives: 'process' },
  backlog: { systems: ['postgres'], lives: 'process' },
  retention: { systems: ['postgres'], lives: 'process' },
  wake: { systems: ['redis'], lives: 'process' },
  orderHistory: { systems: ['mongo'], lives: 'process' },
  salesBoard: { systems: ['mongo'], lives: 'process' },
  notifications: { systems: ['postgres'], lives: 'process' },
  assessments: { systems: ['postgres'], lives: 'process' },
  recommendations: { systems: ['postgres'], lives: 'process' },
  paymentProvider: { systems: ['paymentProvider'], lives: 'process' },
  mailer: { systems: ['smtp'], lives: 'process' },
  tokens: { systems: ['tokenSecret'], lives: 'process' },
  webhookSignatures: { systems: ['webhookSecret'], lives: 'process' },
  stock: { systems: ['postgres'], lives: 'transaction' },
  scores: { systems: ['postgres'], lives: 'transaction' },
  mails: { systems: ['postgres'], lives: 'transaction' },
  sales: { systems: ['postgres'], lives: 'transaction' },
  auditChain: { systems: ['postgres'], lives: 'transaction' },
  copurchases: { systems: ['postgres'], lives: 'transaction' },
} as const satisfies {
  readonly [Name in ResourceName]: {
    readonly systems: readonly SystemName[];
    readonly lives: 'process' | 'transaction';
  };
};

/** The ports behind the names in `needs` that live as long as the process. */
export type SharedContext<Needs extends ResourceName> = Pick<SharedPorts, Extract<Needs, keyof SharedPorts>>;
/** The ports behind the names in `needs` that exist only inside a transaction. */
export type TransactionContext<Needs extends ResourceName> = Pick<
  TransactionalPorts,
  Extract<Needs, keyof TransactionalPorts>
>;

/** The systems that a process with these needs connects to, each once. */
export function systemsOf(
  needs: readonly ResourceName[],
  always: readonly SystemName[] = [],
): readonly SystemName[] {
  return [
    ...new Set([...always, ...needs.flatMap((name): readonly SystemName[] => resources[name].systems)]),
  ];
}

/** What a process of each kind connects to whatever its needs: consumption, inbox and outbox, hints, tokens. */
export const alwaysNeeded = {
  gateway: ['postgres', 'redis', 'tokenSecret'],
  worker: ['kafka', 'postgres', 'redis'],
  relay: ['kafka', 'postgres', 'redis'],
  // What a task writes goes through an outbox, and the relay is told of it.
  task: ['postgres', 'redis'],
} as const satisfies Record<string, readonly SystemName[]>;

/** The schema of the variables that a process with these systems reads. */
export function configurationOf(names: readonly SystemName[]): z.ZodRawShape {
  return Object.assign({ ...processVariables }, ...names.map((name) => systems[name])) as z.ZodRawShape;
}

/** Only what is needed of the ports: they are made at first use, and what nobody names is never made. */
export function sharedOf(ports: SharedPorts, needs: readonly ResourceName[]): object {
  return pick(ports, needs, 'process');
}

/** Only what is needed of a transaction's ports. */
export function transactionalOf(ports: TransactionalPorts, needs: readonly ResourceName[]): object {
  return pick(ports, needs, 'transaction');
}

function pick(ports: object, needs: readonly ResourceName[], lives: 'process' | 'transaction'): object {
  const names = needs.filter((name) => resources[name].lives === lives);
  return Object.fromEntries(names.map((name) => [name, (ports as Record<string, unknown>)[name]]));
}
