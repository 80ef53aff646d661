import { createRequire } from 'node:module';
import { MongoClient, type Db } from 'mongodb';
import type { Admin, Kafka } from 'kafkajs';
import type { Pool } from 'pg';
import { registerLz4 } from '../../adapters/kafka/lz4.ts';
import { createPool } from '../../adapters/postgres/pool.ts';
import { localEnvironmentVariables, type LocalStack } from '../../environments/local.ts';
import { stackLogs } from '../stack/index.ts';
import type { SourceName } from './report.ts';

const kafkajs = createRequire(import.meta.url)('kafkajs') as typeof import('kafkajs');

export type AuditSources = {
  readonly postgres: Pool;
  readonly kafka: Kafka;
  readonly admin: Admin;
  readonly mongo: Db;
  /** Base address of the payment provider's simulator. */
  readonly providerUrl: string;
  /** Base address of the mail sink's HTTP API. */
  readonly mailsUrl: string;
  readonly logFiles: readonly string[];
  readonly partitions: number;
  readonly region: string;
};

/** Thrown by whoever reads a system that does not answer: its invariants are not checked, the others are. */
export class SourceAway extends Error {
  readonly source: SourceName;

  constructor(source: SourceName, cause: unknown) {
    super(reasonOf(cause), { cause });
    this.name = 'SourceAway';
    this.source = source;
  }
}

/** The message of an error, and of what caused it: `fetch failed` alone tells nothing. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, name, cause } = error;
  const why = cause instanceof Error && !(error instanceof SourceAway) ? `: ${reasonOf(cause)}` : '';
  return `${message || ('code' in error ? String(error.code) : name)}${why}`;
}

/** Runs `read` and tells its failure as that of the source. */
export async function from<Result>(source: SourceName, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    throw error instanceof SourceAway ? error : new SourceAway(source, error);
  }
}

export type SourceOptions = {
  /** Another database, provider, … than the stack's own. */
  readonly postgresUrl?: string;
  readonly mongoDatabase?: string;
  readonly providerUrl?: string;
  readonly mailsUrl?: string;
  readonly logFiles?: readonly string[];
};

/** Clients for a local stack; nothing connects before it is asked for something. */
export function openSources(
  stack: LocalStack,
  options: SourceOptions = {},
): { readonly sources: AuditSources; close(): Promise<void> } {
  const variables = localEnvironmentVariables(stack);
  registerLz4();
  const postgres = createPool({
    url: options.postgresUrl ?? variables['POSTGRES_URL'] ?? '',
    maxConnections: 4,
    connectTimeoutMs: 3000,
  });
  const mongo = new MongoClient(variables['MONGO_URL'] ?? '', {
    serverSelectionTimeoutMS: 3000,
    connectTimeoutMS: 3000,
  });
  const kafka = new kafkajs.Kafka({
    clientId: 'meridian-audit',
    brokers: (variables['KAFKA_BROKERS'] ?? '').split(','),
    logLevel: kafkajs.logLevel.NOTHING,
    connectionTimeout: 2000,
    // A broker that has just started looks for its coordinators.
    retry: { retries: 8, initialRetryTime: 100, maxRetryTime: 1000 },
  });
  const admin = kafka.admin();
  return {
    sources: {
      postgres,
      kafka,
      admin,
      mongo: mongo.db(options.mongoDatabase ?? stack.mongoDatabase),
      providerUrl: options.providerUrl ?? variables['PAYMENT_PROVIDER_URL'] ?? '',
      mailsUrl: options.mailsUrl ?? variables['SMTP_SINK_URL'] ?? '',
      logFiles: options.logFiles ?? [...stackLogs(stack).values()],
      partitions: stack.partitions,
      region: stack.region,
    },
    async close() {
      await Promise.allSettled([postgres.end(), mongo.close(), admin.disconnect()]);
    },
  };
}

/** GET of a JSON document. @throws SourceAway when there is none. */
export async function getJson(source: SourceName, url: string): Promise<unknown> {
  return from(source, async () => {
    const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return response.json();
  });
}
