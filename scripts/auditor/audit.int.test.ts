import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Document } from 'mongodb';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startPaymentSimulator, type PaymentSimulator } from '../../adapters/payments/simulator.ts';
import { migrate } from '../../adapters/postgres/migrate.ts';
import { createSmtpMailer } from '../../adapters/smtp/smtp-mailer.ts';
import { startMailSink, type MailSink } from '../../adapters/smtp/sink.ts';
import { localStack } from '../../environments/local.ts';
import { topics } from '../../contracts/topics.ts';
import { sampleCommands } from '../../domain/order/order-samples.ts';
import { startServer, startStack, stopServer, stopStack } from '../stack/index.ts';
import { messageIdOf } from '../../workers/mails/mail-text.ts';
import {
  audit,
  invariants,
  openSources,
  type AuditReport,
  type AuditSources,
  type SourceOptions,
} from './index.ts';
import { commitAllOffsets, onDatabase, openTestWorld, seedTestWorld } from './test-world.ts';

const stack = localStack('test', 5000);
const { host, ports, postgres } = stack;
const healthy = `audit_${process.pid}`;
const urlOf = (database: string): string =>
  `postgres://${postgres.user}:${postgres.password}@${host}:${ports.postgres}/${database}`;
const folder = mkdtempSync(join(tmpdir(), 'meridian-audit-'));

let owned = false;
let provider: PaymentSimulator;
let sink: MailSink;
let opened: ReturnType<typeof openSources>;
const ids = { shipped: '', returned: '', refused: '', cancelled: '', parked: '', declined: '' };

beforeAll(async () => {
  ({ owned } = await startStack(stack, {
    reuse: true,
    topics: Object.values(topics).map(({ name }) => name),
  }));
  await onDatabase(urlOf(postgres.database), `create database ${healthy}`);
  await migrate(urlOf(healthy));
  provider = await startPaymentSimulator({ folder: join(folder, 'payments'), port: 0 });
  sink = await startMailSink({ folder: join(folder, 'mails'), smtpPort: 0, apiPort: 0 });
  opened = openSources(stack, optionsOf({}));
  await emptyTopics(opened.sources);
  await seedTestWorld(opened.sources.postgres, stack.partitions);
  await buildOrders(opened.sources);
  await commitAllOffsets(opened.sources);
  // A database with a session cannot be copied.
  await opened.sources.postgres.end();
}, 180_000);

afterAll(async () => {
  await opened?.close();
  await opened?.sources.mongo.client.close();
  await Promise.all([provider?.close(), sink?.close()]);
  await onDatabase(urlOf(postgres.database), `drop database if exists ${healthy} with (force)`);
  rmSync(folder, { recursive: true, force: true });
  if (owned) await stopStack(stack);
}, 60_000);

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

function optionsOf(options: SourceOptions): SourceOptions {
  return {
    postgresUrl: urlOf(healthy),
    mongoDatabase: healthy,
    providerUrl: provider.baseUrl,
    mailsUrl: sink.apiUrl,
    logFiles: [],
    ...options,
  };
}

/** Other runs' messages are not this world's: their beginning is deleted, and the audit must not take it for retention. */
async function emptyTopics({ admin }: AuditSources): Promise<void> {
  const names = Object.values(topics).map(({ name }) => name);
  await admin.connect();
  await admin.deleteTopics({ topics: names });
  await startStack(stack, { reuse: true, topics: names });
}

async function buildOrders(sources: AuditSources): Promise<void> {
  const world = await openTestWorld({ sources, smtpPort: sink.smtpPort });
  const at = new Date().toISOString();
  ids.shipped = await world.place('shipped');
  ids.returned = await world.place('returned');
  await world.command({
    type: 'DeliverOrder',
    orderId: ids.returned,
    at,
    shipmentId: `shp_${ids.returned.slice(4)}`,
  });
  await world.command({ type: 'ReturnOrder', orderId: ids.returned, at, reason: 'damaged' });
  ids.declined = await world.place('declined', { paymentToken: 'tok_declined' });
  const many = sampleCommands.PlaceOrder.lines.map((line) => ({ ...line, quantity: 5000 }));
  const totalMinor = many.reduce((sum, { quantity, unitPriceMinor }) => sum + quantity * unitPriceMinor, 600);
  ids.refused = await world.place('refused', { lines: many, totalMinor });
  const dear = sampleCommands.PlaceOrder.lines.map((line) => ({ ...line, quantity: 400 }));
  const dearMinor = dear.reduce((sum, { quantity, unitPriceMinor }) => sum + quantity * unitPriceMinor, 600);
  ids.parked = await world.place('parked', { lines: dear, totalMinor: dearMinor });
  ids.cancelled = await world.place('cancelled', { lines: dear, totalMinor: dearMinor });
  await world.command({ type: 'CancelOrder', orderId: ids.cancelled, at, reason: 'changed-mind' });
  await world.close();
}

type Case = { readonly sources: AuditSources; readonly options: SourceOptions };

/** A copy of the healthy PostgreSQL database, and what else is given, to be damaged. */
async function copyWorld(options: SourceOptions = {}): Promise<Case> {
  const database = `${healthy}_case`;
  await onDatabase(urlOf(postgres.database), `create database ${database} template ${healthy}`);
  closers.push(() => onDatabase(urlOf(postgres.database), `drop database ${database} with (force)`));
  const all = optionsOf({ postgresUrl: urlOf(database), ...options });
  const own = openSources(stack, all);
  closers.push(() => own.close());
  return { sources: own.sources, options: all };
}

test('debug', async () => {
  const { sources } = await copyWorld();
  const t = performance.now();
  const report = await audit(sources, { settleMs: 0 });
  console.log(performance.now() - t, ids);
  const { renderAudit } = await import('./render.ts');
  console.log(renderAudit(report));
});
