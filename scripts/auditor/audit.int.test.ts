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
import type { OrderId } from '../../domain/ids.ts';
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
import {
  commitAllOffsets,
  onDatabase,
  openTestWorld,
  publishDeadLetter,
  publishOrderEvent,
  seedTestWorld,
} from './test-world.ts';

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
const ids: Record<'shipped' | 'returned' | 'refused' | 'cancelled' | 'parked' | 'declined', OrderId> = {
  ...({} as never),
};

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

const violatedIn = (report: AuditReport): string[] =>
  report.invariants.flatMap(({ name, outcome }) => (outcome === 'violated' ? [name] : [])).toSorted();
const exampleOf = (report: AuditReport, name: string): string =>
  report.invariants.find((invariant) => invariant.name === name)?.examples[0] ?? '';
const acknowledged = () => Object.values(ids).map((orderId) => ({ orderId }));
const check = (sources: AuditSources, options: object = {}): Promise<AuditReport> =>
  audit(sources, { settleMs: 0, acknowledged: acknowledged(), ...options });

test('a healthy world is clean, page by page as well, and every invariant saw something of it', async () => {
  const logFile = join(folder, 'clean.log');
  writeFileSync(
    logFile,
    'epoch 1795573237084, offset 4111111111111112, <ord_use_1.OrderShipped@mail.example>\n',
  );
  const { sources } = await copyWorld({ logFiles: [logFile] });
  const report = await check(sources);
  expect(violatedIn(report)).toEqual([]);
  expect(report).toMatchObject({ verdict: 'clean', orders: 6, unsettled: [], away: [], notes: [] });
  expect(report.invariants.filter(({ checked }) => checked === 0).map(({ name }) => name)).toEqual([]);
  for (const { produced, processed } of report.consumers) expect(processed).toBe(produced);
  expect(report.consumers.map(({ consumer }) => consumer)).toHaveLength(10);

  const small = await check(sources, { pageSize: 1 });
  expect(violatedIn(small)).toEqual([]);
  expect(small.invariants.map(({ name, checked }) => [name, checked])).toEqual(
    report.invariants.map(({ name, checked }) => [name, checked]),
  );
});

type Damage = {
  readonly invariant: string;
  /** What else cannot hold any more. */
  readonly also?: readonly string[];
  readonly example: string | (() => string);
  /** SQL on the copy; $1 is the order. */
  readonly sql?: readonly string[];
  readonly order?: keyof typeof ids;
  readonly more?: (world: Case) => Promise<void>;
  readonly options?: () => SourceOptions | Promise<SourceOptions>;
};

const publicationsAndChain = ['audited-once', 'effects-accounted', 'events-published', 'history-equals-fold'];

const damages: readonly Damage[] = [
  {
    invariant: 'stock-within-bounds',
    also: ['stock-reserved'],
    sql: [
      'alter table inventory.stock drop constraint stock_check',
      `update inventory.stock set reserved = on_hand + 1 where sku = 'cup-1'`,
    ],
    example: 'cup-1 in us-east-1',
  },
  {
    invariant: 'stock-reserved',
    sql: [`update inventory.stock set reserved = reserved + 1 where sku = 'cup-1'`],
    example: 'cup-1 in us-east-1: 401 reserved, 400 held for orders',
  },
  {
    invariant: 'stock-conserved',
    sql: [`update inventory.stock set on_hand = on_hand + 1 where sku = 'cup-1'`],
    example: 'cup-1 in us-east-1: 1000 received, 1001 on hand and booked out',
  },
  {
    invariant: 'stock-follows-order',
    also: ['stock-conserved', 'effects-accounted', 'events-published'],
    order: 'shipped',
    sql: [`update inventory.reservations set status = 'released' where order_id = $1`],
    example: 'units let go for an order that did not end',
  },
  {
    invariant: 'allocations-match-lines',
    also: ['stock-reserved'],
    order: 'parked',
    sql: [
      `update inventory.reservations set allocations = jsonb_set(allocations, '{0,quantity}', '399')
       where order_id = $1`,
    ],
    example: '399 units of',
  },
  {
    invariant: 'journal-balances',
    also: ['journal-matches-events'],
    order: 'shipped',
    sql: [
      `update payment.journal set amount_minor = amount_minor + 1
       where order_id = $1 and account = 'sales'`,
    ],
    example: 'USD sums to 1',
  },
  {
    invariant: 'journal-matches-events',
    order: 'shipped',
    sql: [`update payment.journal set account = 'gifts' where order_id = $1 and account = 'sales'`],
    example: '6 postings',
  },
  {
    invariant: 'payment-bounds',
    also: [
      'legal-transitions',
      'payment-in-ledger',
      'ledger-in-payments',
      'journal-matches-events',
      'audited-once',
    ],
    order: 'returned',
    sql: [
      `update payment.events set data = jsonb_set(data::jsonb, '{amountMinor}', '3001')::json
       where stream_id = $1 and type = 'PaymentRefunded'`,
    ],
    example: 'refunded 3001, captured 3000',
  },
  {
    invariant: 'one-capture',
    also: ['ledger-in-payments'],
    order: 'shipped',
    options: async () => ({ providerUrl: await providerWith('shipped') }),
    example: '1 captures, 2 charges at the provider',
  },
  {
    invariant: 'ledger-in-payments',
    options: async () => ({ providerUrl: await providerWith('refused') }),
    order: 'refused',
    example: 'no payment captured',
  },
  {
    invariant: 'payment-in-ledger',
    also: ['ledger-in-payments'],
    options: async () => ({ providerUrl: await providerWith('shipped', 2999) }),
    order: 'shipped',
    example: 'captured 3000, charged 2999',
  },
  {
    invariant: 'paid-exactly',
    also: [
      'audited-once',
      'effects-accounted',
      'journal-matches-events',
      'ledger-in-payments',
      'no-strays',
      'one-capture',
      'published-is-stored',
    ].filter((name) => name !== 'one-capture' && name !== 'effects-accounted' && name !== 'audited-once'),
    order: 'shipped',
    sql: [`delete from payment.events where stream_id = $1 and type = 'PaymentCaptured'`],
    example: 'shipped, total 3000, captured 0',
  },
  {
    invariant: 'ended-nets-to-zero',
    also: [
      'effects-accounted',
      'journal-matches-events',
      'ledger-in-payments',
      'no-strays',
      'payment-in-ledger',
      'published-is-stored',
    ],
    order: 'returned',
    sql: [`delete from payment.events where stream_id = $1 and type = 'PaymentRefunded'`],
    example: 'refunded, and kept 3000 and 0 units',
  },
  {
    invariant: 'stream-in-its-bucket',
    also: ['events-published', 'effects-accounted'],
    sql: [
      `insert into fraud.scores (bucket, order_id, score, outcome, signals) values (3, 'ord_nobody', 0, 'clear', '{}')`,
    ],
    example: 'ord_nobody: in bucket 3',
  },
  {
    invariant: 'legal-transitions',
    also: publicationsAndChain,
    order: 'declined',
    sql: [
      `insert into orders.events (bucket, stream_id, version, type, data)
       select bucket, stream_id, version + 1, 'OrderDelivered',
         json_build_object('orderId', stream_id, 'userId', data ->> 'userId', 'at', data ->> 'at', 'shipmentId', 'shp_1')
       from orders.events where stream_id = $1 order by version desc limit 1`,
    ],
    example: 'OrderDelivered is no step of this order',
  },
  {
    invariant: 'order-totals',
    also: ['legal-transitions', 'audited-once'],
    order: 'declined',
    sql: [
      `update orders.events set data = jsonb_set(data::jsonb, '{taxMinor}', '201')::json
       where stream_id = $1 and version = 1`,
    ],
    example: 'OrderPlaced: total-mismatch',
  },
  {
    invariant: 'saga-matches-order',
    order: 'parked',
    sql: ['delete from orders.sagas where order_id = $1'],
    example: 'placed without a saga row',
  },
  {
    invariant: 'order-ends',
    order: 'parked',
    sql: ['update orders.sagas set parked_reason = null where order_id = $1'],
    example: 'still placed',
  },
  {
    invariant: 'versions-without-gaps',
    also: [...publicationsAndChain, 'no-strays', 'published-is-stored'],
    order: 'declined',
    sql: [
      `update orders.events set version = 9 where stream_id = $1
         and version = (select max(version) from orders.events where stream_id = $1)`,
    ],
    example: 'orders has no version',
  },
  {
    invariant: 'audited-once',
    also: ['audit-chain'],
    order: 'shipped',
    sql: [`update audit.entries set data_hash = repeat('a', 64) where event_id = $1 || '/1'`],
    example: '/1 has another hash in the audit chain',
  },
  {
    invariant: 'audit-chain',
    sql: [
      `update audit.links l set hash = repeat('a', 64)
       where (bucket, sequence) = (select bucket, sequence from audit.links order by bucket, sequence limit 1)`,
    ],
    example: 'its hash is not that of its entries',
  },
  {
    invariant: 'history-equals-fold',
    order: 'shipped',
    options: () => ({ mongoDatabase: `${healthy}_case` }),
    more: async ({ sources }) => {
      await sources.mongo
        .collection<Document & { _id: string }>('order_history')
        .updateOne({ _id: ids.shipped }, { $set: { 'latest.status': 'paid' } });
    },
    example: 'in the read model status paid, not shipped',
  },
  {
    invariant: 'no-strays',
    options: () => ({ mongoDatabase: `${healthy}_case` }),
    more: async ({ sources }) => {
      await sources.mongo
        .collection<Document & { _id: string }>('order_history')
        .insertOne({ _id: 'ord_nobody' });
    },
    example: '1 documents in the read model of no event',
  },
  {
    invariant: 'mail-once',
    order: 'shipped',
    options: async () => ({ mailsUrl: await sinkWith(messageIdOf(ids.shipped, 'OrderShipped')) }),
    example: '2 mails of OrderShipped',
  },
  {
    invariant: 'shipped-has-mail',
    also: ['effects-accounted', 'no-strays'],
    order: 'shipped',
    sql: ['delete from notification.mails where order_id = $1'],
    example: 'shipped without a mail',
  },
  {
    invariant: 'mail-has-step',
    order: 'shipped',
    sql: [
      `insert into notification.mails (bucket, order_id, step, status)
       select bucket, order_id, 'OrderRefunded', 'failed' from notification.mails where order_id = $1`,
    ],
    example: 'a mail of OrderRefunded, which it never took',
  },
  {
    invariant: 'one-shipment',
    also: ['legal-transitions'],
    order: 'shipped',
    sql: [
      `insert into shipping.events (bucket, stream_id, version, type, data)
       select bucket, stream_id, 2, type, jsonb_set(data::jsonb, '{shipmentId}', '"shp_2"')::json
       from shipping.events where stream_id = $1`,
    ],
    example: '2 shipments',
  },
  {
    invariant: 'effects-accounted',
    also: ['published-is-stored'],
    order: 'shipped',
    sql: ['delete from fraud.scores where order_id = $1'],
    example: 'score-order lost OrderPlaced',
  },
  {
    invariant: 'published-is-stored',
    also: ['effects-accounted'],
    order: 'refused',
    sql: ['delete from fraud.scores where order_id = $1'],
    example: 'fraud-detection-events: FraudReviewRequested was never stored',
  },
  {
    invariant: 'sales-recompute',
    also: ['board-equals-sales'],
    sql: [`update analytics.sales set total_minor = total_minor + 1 where category = 'tea'`],
    example: 'counted 2 orders of 2401, paid 2 orders of 2400',
  },
  {
    invariant: 'board-equals-sales',
    options: () => ({ mongoDatabase: `${healthy}_case` }),
    more: async ({ sources }) => {
      await sources.mongo
        .collection('analytics')
        .updateOne({ category: 'tea' }, { $set: { 'sold.orders': 1 } });
    },
    example: 'board 1 orders of 2400, counters 2 orders of 2400',
  },
  {
    invariant: 'events-readable',
    also: ['no-strays', 'published-is-stored'],
    order: 'refused',
    sql: [
      `update orders.events set data = jsonb_set(data::jsonb, '{currency}', '"XXX"')::json
       where stream_id = $1 and version = 1`,
    ],
    example: 'version 1 is no OrderPlaced of its contract',
  },
  {
    invariant: 'logs-clean',
    options: () => {
      const file = join(folder, 'gateway.log');
      writeFileSync(file, 'fine\nsent to somebody@example.com\n');
      return { logFiles: [file] };
    },
    example: 'gateway.log, line 2: a mail address',
  },
];

test.each(damages)('$invariant is named when it is broken', async (damage) => {
  const { sources } = await copyWorld(await damage.options?.());
  if (sources.mongo.databaseName !== healthy) await copyMongo(sources);
  const orderId = damage.order && ids[damage.order];
  for (const statement of damage.sql ?? [])
    await sources.postgres.query(statement, statement.includes('$1') ? [orderId] : []);
  await damage.more?.({ sources, options: {} });
  const report = await check(sources);
  expect(violatedIn(report)).toEqual([damage.invariant, ...(damage.also ?? [])].toSorted());
  expect(report.verdict).toBe('violations');
  const example = exampleOf(report, damage.invariant);
  expect(example).toContain(damage.example);
  if (orderId) expect(example).toContain(orderId);
});

test('an acknowledged order without a stream, or with another total, is named', async () => {
  const { sources } = await copyWorld();
  const report = await check(sources, {
    acknowledged: [{ orderId: ids.shipped, totalMinor: 2999 }, { orderId: 'ord_nobody' }],
  });
  expect(violatedIn(report)).toEqual(['acknowledged-orders']);
  expect(report.invariants.find(({ name }) => name === 'acknowledged-orders')?.examples).toEqual([
    `${ids.shipped}: acknowledged with 2999, stored with 3000`,
    'ord_nobody: acknowledged, and has no stream',
  ]);
});

test('what came later than the audit is pending, not missing', async () => {
  const { sources } = await copyWorld();
  await sources.postgres.query('delete from fraud.scores where order_id = $1', [ids.shipped]);
  await sources.postgres.query(
    `update orders.events set recorded_at = now() + interval '1 hour' where stream_id = $1`,
    [ids.shipped],
  );
  const report = await check(sources);
  expect(violatedIn(report)).toEqual(['published-is-stored']);
  expect(report.consumers.find(({ consumer }) => consumer === 'score-order')).toMatchObject({
    pending: 1,
    lost: 0,
  });
});

test('a dead letter accounts for its event', async () => {
  const { sources } = await copyWorld();
  await sources.postgres.query('delete from fraud.scores where order_id = $1', [ids.declined]);
  expect(violatedIn(await check(sources))).toContain('effects-accounted');
  await publishDeadLetter(sources, 'score-order', `${ids.declined}/1`);
  const report = await check(sources);
  expect(violatedIn(report)).not.toContain('effects-accounted');
  expect(report.consumers.find(({ consumer }) => consumer === 'score-order')).toMatchObject({
    dead: 1,
    lost: 0,
  });
});

test('what is not on its topic, or in another order, is named', async () => {
  const { sources } = await copyWorld({ mongoDatabase: `${healthy}_case` });
  await copyMongo(sources);
  const world = await openTestWorld({
    sources,
    smtpPort: sink.smtpPort,
    isLost: ({ type, topic }) =>
      topic === topics.orderEvents.name && (type === 'OrderPaid' || type === 'OrderPlaced'),
  });
  const orderId = await world.place('lost');
  await world.close();
  await publishOrderEvent(sources, orderId, 1, 'OrderPlaced');
  const report = await check(sources);
  expect(violatedIn(report)).toEqual(['events-published']);
  expect(report.invariants.find(({ name }) => name === 'events-published')?.examples).toEqual([
    `${orderId}: order-events: a later version came first`,
    `${orderId}: order-events: version 4 is missing`,
  ]);
});

test('each invariant has been seen to fail', () => {
  const broken = [...damages.map(({ invariant }) => invariant), 'acknowledged-orders', 'events-published'];
  expect(broken.toSorted()).toEqual(invariants.map(({ name }) => name).toSorted());
});

test('with MongoDB away nothing is clean: its invariants are not checked, all others are', async () => {
  const { sources } = await copyWorld();
  await stopServer(stack, 'mongo');
  closers.push(() => startServer(stack, 'mongo'));
  const report = await check(sources);
  expect(report.verdict).toBe('could-not-check');
  expect(report.away.map(({ source }) => source)).toEqual(['mongo']);
  const unchecked = report.invariants
    .filter(({ outcome }) => outcome === 'not-checked')
    .map(({ name }) => name);
  expect(unchecked.toSorted()).toEqual(
    invariants
      .filter(({ needs }) => needs.includes('mongo'))
      .map(({ name }) => name)
      .toSorted(),
  );
});

let copies = 0;

/** A simulator with the same books and one more charge, or with the charge of another amount. */
async function providerWith(order: keyof typeof ids, amountMinor?: number): Promise<string> {
  const copy = join(folder, `payments-${(copies += 1)}`);
  cpSync(join(folder, 'payments'), copy, { recursive: true });
  const file = join(copy, 'ledger.jsonl');
  if (amountMinor !== undefined) {
    const lines = readFileSync(file, 'utf8').split('\n');
    const changed = lines.map((line) => {
      if (!line.includes(ids[order]) || !line.includes('"charge"')) return line;
      return JSON.stringify({ ...(JSON.parse(line) as object), amountMinor });
    });
    writeFileSync(file, changed.join('\n'));
  }
  const simulator = await startPaymentSimulator({ folder: copy, port: 0 });
  closers.push(() => simulator.close());
  if (amountMinor === undefined) {
    const answer = await fetch(`${simulator.baseUrl}/v1/charges`, {
      method: 'POST',
      headers: { 'idempotency-key': 'another', 'content-type': 'application/json' },
      body: JSON.stringify({
        orderId: ids[order],
        amountMinor: 3000,
        currency: 'USD',
        paymentToken: 'tok_approve',
      }),
    });
    expect(answer.status).toBe(201);
  }
  return simulator.baseUrl;
}

/** A sink that took the same mails and one more. */
async function sinkWith(messageId: string): Promise<string> {
  const copy = join(folder, `mails-${(copies += 1)}`);
  cpSync(join(folder, 'mails'), copy, { recursive: true });
  const other = await startMailSink({ folder: copy, smtpPort: 0, apiPort: 0 });
  closers.push(() => other.close());
  const mailer = createSmtpMailer({
    host,
    port: other.smtpPort,
    from: 'Meridian <orders@mail.meridian.example>',
    apiUrl: other.apiUrl,
  });
  await mailer.send([{ messageId, to: 'customer@example.com', subject: 'again', text: 'again' }]);
  await mailer.close();
  return other.apiUrl;
}

async function copyMongo({ mongo }: AuditSources): Promise<void> {
  const original = mongo.client.db(healthy);
  closers.push(() => mongo.dropDatabase());
  for (const name of ['order_history', 'analytics']) {
    const documents = await original.collection(name).find().toArray();
    await mongo.collection(name).deleteMany({});
    await mongo.collection(name).insertMany(documents);
  }
}
