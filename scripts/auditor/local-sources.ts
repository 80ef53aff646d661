import { localEnvironmentVariables, type LocalStack } from '../../environments/local.ts';
import { stackLogs } from '../stack/index.ts';
import { audit, type AuditOptions } from './audit.ts';
import type { AuditReport } from './report.ts';
import { connectSources, type OpenedSources } from './sources.ts';

export type SourceOptions = {
  /** Another database, provider, … than the stack's own. */
  readonly postgresUrl?: string;
  readonly mongoDatabase?: string;
  readonly providerUrl?: string;
  readonly mailsUrl?: string;
  readonly logFiles?: readonly string[];
};

/** Clients for a local stack; nothing connects before it is asked for something. */
export function openSources(stack: LocalStack, options: SourceOptions = {}): OpenedSources {
  const variables = localEnvironmentVariables(stack);
  return connectSources({
    postgresUrl: options.postgresUrl ?? variables['POSTGRES_URL'] ?? '',
    brokers: (variables['KAFKA_BROKERS'] ?? '').split(','),
    mongoUrl: variables['MONGO_URL'] ?? '',
    mongoDatabase: options.mongoDatabase ?? stack.mongoDatabase,
    providerUrl: options.providerUrl ?? variables['PAYMENT_PROVIDER_URL'],
    mailsUrl: options.mailsUrl ?? variables['SMTP_SINK_URL'],
    logFiles: options.logFiles ?? [...stackLogs(stack).values()],
    partitions: stack.partitions,
    environment: 'local',
    region: stack.region,
  });
}

/** Audits a local stack with clients of its own. */
export async function auditStack(
  stack: LocalStack,
  options: AuditOptions & SourceOptions = {},
): Promise<AuditReport> {
  const opened = openSources(stack, options);
  try {
    return await audit(opened.sources, options);
  } finally {
    await opened.close();
  }
}
