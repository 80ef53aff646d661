import type { Pool } from 'pg';
import { createTokens, signToken } from '../../adapters/auth/tokens.ts';
import { connectMongo } from '../../adapters/mongo/connect.ts';
import { createOrderHistory } from '../../adapters/mongo/order-history.ts';
import { createSalesBoard } from '../../adapters/mongo/sales-board.ts';
import { signWebhook, verifyWebhook } from '../../adapters/payments/webhook-signature.ts';
import { createCatalogue } from '../../adapters/postgres/catalogue.ts';
import { createRecommendations } from '../../adapters/postgres/copurchases.ts';
import { createEventStore } from '../../adapters/postgres/event-store.ts';
import { createFraudAssessments } from '../../adapters/postgres/fraud-assessments.ts';
import { migrate } from '../../adapters/postgres/migrate.ts';
import { createNotifications } from '../../adapters/postgres/notifications.ts';
import { createPool } from '../../adapters/postgres/pool.ts';
import { createSagas } from '../../adapters/postgres/sagas.ts';
import { createStockLevels } from '../../adapters/postgres/stock-levels.ts';
import { createTransactions } from '../../adapters/postgres/transactions.ts';
import { createCarts, createUsers } from '../../adapters/postgres/users.ts';
import { listen } from '../../composition/http-server.ts';
import { userIdOf } from '../../domain/ids.ts';
import { gateways } from '../../gateways/index.ts';
import { createGatewayApp } from '../../platform/http/gateway-app.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Backlog } from '../../platform/ports/backlog.ts';
import { startStack, stopStack } from '../stack/index.ts';
import { createMemoryWake } from './memory-wake.ts';
import { onDatabase } from './on-database.ts';
import { sharedStack } from './shared-stack.ts';

type Logged = { readonly level: string; readonly fields: object; readonly message: string };

/** All gateways on a database of their own, behind the HTTP server of production: what its parser makes of a request is tested too. */
export type GatewayHarness = Awaited<ReturnType<typeof startGateways>>;

/** Who the tests act as; their roles follow. */
export const people = {
  anna: { userId: userIdOf('us-east', 'anna'), roles: [] },
  bert: { userId: userIdOf('us-east', 'bert'), roles: [] },
  olga: { userId: userIdOf('us-east', 'olga'), roles: ['operator'] },
  carl: { userId: userIdOf('us-east', 'carl'), roles: ['carrier'] },
  wendy: { userId: userIdOf('us-west', 'wendy'), roles: [] },
} as const;

export type CallOptions = {
  readonly as?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Instead of `body`: sent as it is. */
  readonly text?: string;
};

function tokenOf(as: string, secret: string): Promise<string> {
  const person = Object.hasOwn(people, as) ? people[as as keyof typeof people] : undefined;
  return signToken(secret, person ?? { userId: as, roles: [] });
}

export async function startGateways() {
  const stack = sharedStack;
  const { owned } = await startStack(stack, { reuse: true });
  const database = `gateways_${process.pid}`;
  const { host, ports, postgres, partitions, region } = stack;
  const urlOf = (name: string): string =>
    `postgres://${postgres.user}:${postgres.password}@${host}:${ports.postgres}/${name}`;
  // An autovacuum worker in the database is the superuser's: nobody else may end it.
  const superuserUrl = `postgres://${postgres.superuser}:${postgres.superuserPassword}@${host}:${ports.postgres}/postgres`;
  await onDatabase(urlOf(postgres.database), `create database ${database}`);
  await migrate(urlOf(database));
  const pool = createPool({ url: urlOf(database) });
  const mongo = connectMongo(`mongodb://${host}:${ports.mongo}/${database}?directConnection=true`);
  const logged: Logged[] = [];
  const wake = createMemoryWake((err) => recorder(logged).warn({ err }, 'a listener failed'));
  const onAppended = (service: string) => (buckets: readonly number[]) => wake.notify({ service, buckets });
  let backlog: ReturnType<Backlog['read']> = { oldestOutboxMs: 0, openOrders: 0 };
  const shared = {
    orders: createEventStore(pool, { schema: 'orders', onAppended: onAppended('orders') }),
    payments: createEventStore(pool, { schema: 'payment' }),
    shipments: createEventStore(pool, { schema: 'shipping' }),
    sagas: createSagas(pool),
    stockLevels: createStockLevels(pool, { region }),
    users: createUsers(pool, partitions),
    carts: createCarts(pool, partitions),
    catalogue: createCatalogue(pool),
    orderHistory: createOrderHistory(mongo.database),
    salesBoard: createSalesBoard(mongo.database),
    notifications: createNotifications(pool),
    assessments: createFraudAssessments(pool, partitions),
    recommendations: createRecommendations(pool, partitions),
    wake,
    backlog: { read: () => backlog },
    webhookSignatures: {
      verify: (signature: string, rawBody: string) =>
        verifyWebhook(signature, rawBody, stack.paymentWebhookSecret, Date.now(), 300),
    },
  };
  const transactions = createTransactions(pool, { partitions });
  const stopping = new AbortController();
  const context = {
    ...shared,
    region,
    partitions,
    signal: stopping.signal,
    transaction: ((service, work) => transactions.run(service, work)) satisfies typeof transactions.run,
    now: () => new Date(),
    report: (error: unknown, message: string): void => recorder(logged).warn({ err: error }, message),
  };
  const app = createGatewayApp(gateways, () => context, {
    tokens: createTokens(stack.authSecret),
    logger: recorder(logged),
    secret: stack.authSecret,
  });
  const server = await listen({ host: '127.0.0.1', port: 0, fetch: app.fetch });
  const url = `http://127.0.0.1:${server.port}`;
  return {
    url,
    pool,
    shared,
    transactions,
    partitions,
    region,
    logged,
    /** What the backlog says from now on. */
    setBacklog: (value: typeof backlog): void => {
      backlog = value;
    },
    /** A request as one of `people`, or of a user id; without `as` as nobody. */
    call: async (method: string, path: string, options: CallOptions = {}) => {
      const {
        as,
        headers = {},
        body,
        text = body === undefined ? undefined : JSON.stringify(body),
      } = options;
      const response = await fetch(url + path, {
        method,
        headers: {
          ...(as === undefined ? {} : { authorization: `Bearer ${await tokenOf(as, stack.authSecret)}` }),
          ...(text === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(text === undefined ? {} : { body: text }),
      });
      const isJson = response.headers.get('content-type')?.includes('json') ?? false;
      const answered: unknown = isJson ? await response.json() : undefined;
      return { status: response.status, headers: response.headers, body: answered };
    },
    tokenOf: (as: string) => tokenOf(as, stack.authSecret),
    signatureOf: (body: string) => signWebhook(body, stack.paymentWebhookSecret, Date.now()),
    /** Rows of all tables that a request can write to. */
    countRows: () => countRows(pool),
    /** Empties those tables and forgets what was logged. */
    async clear() {
      logged.length = 0;
      await pool.query(written.map((table) => `delete from ${table}`).join('; '));
    },
    async stop() {
      stopping.abort();
      try {
        await server.close();
        await mongo.database.dropDatabase();
        await Promise.all([mongo.close(), pool.end()]);
        await onDatabase(superuserUrl, `drop database if exists ${database} with (force)`);
      } finally {
        if (owned) await stopStack(stack);
      }
    },
  };
}

const written = [
  'orders.events',
  'orders.outbox',
  'orders.sagas',
  'payment.events',
  'payment.outbox',
  'payment.journal',
  'shipping.events',
  'inventory.stock',
  'inventory.receipts',
  'inventory.outbox',
  'users.users',
  'users.emails',
  'users.carts',
  'notification.mails',
  'fraud.scores',
  'recommendation.copurchases',
] as const;

async function countRows(pool: Pool): Promise<Record<(typeof written)[number], number>> {
  const counts = written.map((table) => `(select count(*) from ${table})::int as "${table}"`);
  const { rows } = await pool.query<Record<(typeof written)[number], number>>(`select ${counts.join(', ')}`);
  return rows[0]!;
}

function recorder(logged: Logged[]): Logger {
  const log = (level: string) => (fields: object, message: string) =>
    void logged.push({ level, fields, message });
  const logger: Logger = {
    debug: log('debug'),
    info: log('info'),
    warn: log('warn'),
    error: log('error'),
    child: () => logger,
  };
  return logger;
}
