import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPaymentSimulator } from '../../../adapters/payments/simulator.ts';
import { migrate } from '../../../adapters/postgres/migrate.ts';
import { createSmtpMailer } from '../../../adapters/smtp/smtp-mailer.ts';
import { startMailSink } from '../../../adapters/smtp/sink.ts';
import { topics } from '../../../contracts/topics.ts';
import type { OrderId } from '../../../domain/ids.ts';
import { sampleCommands } from '../../../domain/order/order-samples.ts';
import type { LocalStack } from '../../../environments/local.ts';
import { openSources, type AuditSources, type SourceOptions } from '../index.ts';
import { commitAllOffsets, emptyTopics } from './messages.ts';
import { onDatabase } from '../../testing/on-database.ts';
import { openTestWorld, seedTestWorld, type TestWorld } from './world.ts';

export type OrderName = 'shipped' | 'returned' | 'refused' | 'cancelled' | 'parked' | 'declined';
/** Registers what is to be done when the test is over. */
export type OnEnd = (work: () => Promise<void>) => void;

export type HealthyWorld = {
  readonly ids: Readonly<Record<OrderName, OrderId>>;
  /** For files of the tests. */
  readonly folder: string;
  readonly smtpPort: number;
  /** Sources on a copy of the PostgreSQL database, and on the rest as it is or as the options say. */
  copy(onEnd: OnEnd, options?: SourceOptions): Promise<AuditSources>;
  /** The same documents under another name, for `mongoDatabase`. */
  copyMongo(onEnd: OnEnd): Promise<string>;
  /** A provider with the same books and one charge more, or with the order's charge of another amount. */
  copyProvider(onEnd: OnEnd, order: OrderName, amountMinor?: number): Promise<string>;
  /** A mail server that took the same mails, and one of them again or never. */
  copyMails(onEnd: OnEnd, change: MailChange): Promise<string>;
  close(): Promise<void>;
};

/** A message id. */
type MailChange = { readonly again: string } | { readonly without: string };

let copies = 0;

/** Six orders that took six ways, in systems that agree. For tests only; the stack's topics are emptied. */
export async function openHealthyWorld(stack: LocalStack): Promise<HealthyWorld> {
  const { host, ports, postgres } = stack;
  const name = `audit_${process.pid}`;
  const urlOf = (database: string): string =>
    `postgres://${postgres.user}:${postgres.password}@${host}:${ports.postgres}/${database}`;
  const admin = (statement: string): Promise<void> => onDatabase(urlOf(postgres.database), statement);
  await admin(`create database ${name}`);
  await migrate(urlOf(name));
  const folder = mkdtempSync(join(tmpdir(), 'meridian-audit-'));
  const provider = await startPaymentSimulator({ folder: join(folder, 'payments'), port: 0 });
  const sink = await startMailSink({ folder: join(folder, 'mails'), smtpPort: 0, apiPort: 0 });
  const given: SourceOptions = {
    postgresUrl: urlOf(name),
    mongoDatabase: name,
    providerUrl: provider.baseUrl,
    mailsUrl: sink.apiUrl,
    logFiles: [],
  };
  const own = openSources(stack, given);
  await own.sources.admin.connect();
  const names = Object.values(topics).map((topic) => topic.name);
  await emptyTopics(stack, own.sources, names);
  await seedTestWorld(own.sources.postgres, stack.partitions);
  const world = await openTestWorld({ sources: own.sources, smtpPort: sink.smtpPort });
  const ids = await placeOrders(world);
  await world.close();
  await commitAllOffsets(own.sources, names);
  // A database with a session cannot be copied.
  await own.sources.postgres.end();
  const copyFolder = (kind: 'payments' | 'mails'): string => {
    const copy = join(folder, `${kind}-${(copies += 1)}`);
    cpSync(join(folder, kind), copy, { recursive: true });
    return copy;
  };

  return {
    ids,
    folder,
    smtpPort: sink.smtpPort,
    async copy(onEnd, options = {}) {
      const database = `${name}_${(copies += 1)}`;
      await admin(`create database ${database} template ${name}`);
      const opened = openSources(stack, { ...given, postgresUrl: urlOf(database), ...options });
      onEnd(async () => {
        await opened.close();
        await admin(`drop database ${database}`);
      });
      return opened.sources;
    },
    async copyMongo(onEnd) {
      const { client } = own.sources.mongo;
      const copy = `${name}_${(copies += 1)}`;
      for (const collection of ['order_history', 'analytics']) {
        const documents = await own.sources.mongo.collection(collection).find().toArray();
        await client.db(copy).collection(collection).insertMany(documents);
      }
      onEnd(async () => void (await client.db(copy).dropDatabase()));
      return copy;
    },
    async copyProvider(onEnd, order, amountMinor) {
      const copy = copyFolder('payments');
      if (amountMinor !== undefined) changeCharge(join(copy, 'ledger.jsonl'), ids[order], amountMinor);
      const simulator = await startPaymentSimulator({ folder: copy, port: 0 });
      onEnd(() => simulator.close());
      if (amountMinor === undefined) await chargeAgain(simulator.baseUrl, ids[order]);
      return simulator.baseUrl;
    },
    async copyMails(onEnd, change) {
      const copy = copyFolder('mails');
      if ('without' in change) loseMail(join(copy, 'mails.jsonl'), change.without);
      const other = await startMailSink({ folder: copy, smtpPort: 0, apiPort: 0 });
      onEnd(() => other.close());
      if ('without' in change) return other.apiUrl;
      const messageId = change.again;
      const from = 'Meridian <orders@mail.meridian.example>';
      const mailer = createSmtpMailer({ host, port: other.smtpPort, from, apiUrl: other.apiUrl });
      await mailer.send([{ messageId, to: 'customer@example.com', subject: 'again', text: 'again' }]);
      await mailer.close();
      return other.apiUrl;
    },
    async close() {
      await own.sources.mongo.dropDatabase();
      await own.close();
      await Promise.all([provider.close(), sink.close()]);
      await admin(`drop database if exists ${name}`);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function linesOf(quantity: number) {
  const lines = sampleCommands.PlaceOrder.lines.map((line) => ({ ...line, quantity }));
  const goods = lines.reduce((sum, { unitPriceMinor }) => sum + quantity * unitPriceMinor, 0);
  return { lines, totalMinor: goods + 600 }; // the sample's discount, shipping and tax
}

async function placeOrders(world: TestWorld): Promise<HealthyWorld['ids']> {
  const at = new Date().toISOString();
  const shipped = await world.place('shipped');
  const returned = await world.place('returned');
  const shipmentId = `shp_${returned.slice(4)}`;
  await world.command({ type: 'DeliverOrder', orderId: returned, at, shipmentId });
  await world.command({ type: 'ReturnOrder', orderId: returned, at, reason: 'damaged' });
  const declined = await world.place('declined', { paymentToken: 'tok_declined' });
  const refused = await world.place('refused', linesOf(5000));
  const parked = await world.place('parked', linesOf(400));
  const cancelled = await world.place('cancelled', linesOf(400));
  await world.command({ type: 'CancelOrder', orderId: cancelled, at, reason: 'changed-mind' });
  return { shipped, returned, declined, refused, parked, cancelled };
}

function changeCharge(ledger: string, orderId: string, amountMinor: number): void {
  const lines = readFileSync(ledger, 'utf8').split('\n');
  const changed = lines.map((line) => {
    if (!line.includes(orderId) || !line.includes('"charge"')) return line;
    return JSON.stringify({ ...(JSON.parse(line) as object), amountMinor });
  });
  writeFileSync(ledger, changed.join('\n'));
}

function loseMail(mails: string, messageId: string): void {
  const lines = readFileSync(mails, 'utf8').split('\n');
  writeFileSync(mails, lines.filter((line) => !line.includes(messageId)).join('\n'));
}

async function chargeAgain(baseUrl: string, orderId: string): Promise<void> {
  const answer = await fetch(`${baseUrl}/v1/charges`, {
    method: 'POST',
    headers: { 'idempotency-key': 'another', 'content-type': 'application/json' },
    body: JSON.stringify({ orderId, amountMinor: 3000, currency: 'USD', paymentToken: 'tok_approve' }),
  });
  if (answer.status !== 201) throw new Error(`the charge was answered with ${answer.status}`);
}
