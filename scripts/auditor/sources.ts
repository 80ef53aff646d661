import { createRequire } from 'node:module';
import { MongoClient, type Db } from 'mongodb';
import type { Admin, Kafka } from 'kafkajs';
import type { Pool } from 'pg';
import { registerCodecs } from '../../adapters/kafka/codecs.ts';
import { createPool } from '../../adapters/postgres/pool.ts';
import type { KafkaLogin, KafkaTls } from '../../composition/kafka-tls.ts';
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
  readonly environment: string;
  readonly region: string;
  /** What is not there to be read: its invariants are left out, and the report says so. */
  readonly leftOut: ReadonlySet<SourceName>;
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
  const own = message || ('code' in error ? String(error.code) : name);
  const why = cause instanceof Error && !(error instanceof SourceAway) ? reasonOf(cause) : '';
  // kafkajs gives an error the words of its cause.
  return own.includes(why) ? own : `${own}: ${why}`;
}

/** Runs `read` and tells its failure as that of the source. */
export async function from<Result>(source: SourceName, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    throw error instanceof SourceAway ? error : new SourceAway(source, error);
  }
}

/** Where everything is. A provider, mail server or logs without an address are left out. */
export type SourceSettings = {
  readonly postgresUrl: string;
  readonly brokers: readonly string[];
  readonly kafkaTls?: KafkaTls | undefined;
  readonly kafkaLogin?: KafkaLogin | undefined;
  readonly mongoUrl: string;
  /** That of the address unless given. */
  readonly mongoDatabase?: string | undefined;
  readonly providerUrl?: string | undefined;
  readonly mailsUrl?: string | undefined;
  readonly logFiles?: readonly string[] | undefined;
  readonly partitions: number;
  readonly environment: string;
  readonly region: string;
};

export type OpenedSources = { readonly sources: AuditSources; close(): Promise<void> };

/** Clients; nothing connects before it is asked for something. */
export function connectSources(settings: SourceSettings): OpenedSources {
  const { providerUrl, mailsUrl, logFiles, kafkaTls, kafkaLogin, partitions, environment, region } = settings;
  registerCodecs();
  const postgres = createPool({
    url: settings.postgresUrl,
    maxConnections: 4,
    connectTimeoutMs: 3000,
  });
  const mongo = new MongoClient(settings.mongoUrl, {
    serverSelectionTimeoutMS: 3000,
    connectTimeoutMS: 3000,
  });
  const kafka = new kafkajs.Kafka({
    clientId: 'meridian-audit',
    brokers: [...settings.brokers],
    ...(kafkaTls === undefined ? {} : { ssl: { ...kafkaTls } }),
    ...(kafkaLogin === undefined ? {} : { sasl: { mechanism: 'plain' as const, ...kafkaLogin } }),
    logLevel: kafkajs.logLevel.NOTHING,
    connectionTimeout: 2000,
    // A broker that has just started looks for its coordinators.
    retry: { retries: 8, initialRetryTime: 100, maxRetryTime: 1000 },
  });
  const admin = kafka.admin();
  const given = { provider: providerUrl, mails: mailsUrl, logs: logFiles };
  const leftOut = (Object.keys(given) as (keyof typeof given)[]).filter((name) => given[name] === undefined);
  return {
    sources: {
      postgres,
      kafka,
      admin,
      mongo: mongo.db(settings.mongoDatabase),
      providerUrl: providerUrl ?? '',
      mailsUrl: mailsUrl ?? '',
      logFiles: logFiles ?? [],
      partitions,
      environment,
      region,
      leftOut: new Set(leftOut),
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
