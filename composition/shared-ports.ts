import { createTokens } from '../adapters/auth/tokens.ts';
import { createOrderHistory } from '../adapters/mongo/order-history.ts';
import { createSalesBoard } from '../adapters/mongo/sales-board.ts';
import { createHttpPaymentProvider } from '../adapters/payments/http-provider.ts';
import { verifyWebhook } from '../adapters/payments/webhook-signature.ts';
import { createBacklog } from '../adapters/postgres/backlog.ts';
import { createCatalogue } from '../adapters/postgres/catalogue.ts';
import { createRecommendations } from '../adapters/postgres/copurchases.ts';
import { createEventStore } from '../adapters/postgres/event-store.ts';
import { createFraudAssessments } from '../adapters/postgres/fraud-assessments.ts';
import { createNotifications } from '../adapters/postgres/notifications.ts';
import { createRetention } from '../adapters/postgres/retention.ts';
import { createSagas } from '../adapters/postgres/sagas.ts';
import { createStockLevels } from '../adapters/postgres/stock-levels.ts';
import { createCarts, createUsers } from '../adapters/postgres/users.ts';
import { createWakeBus } from '../adapters/redis/wake.ts';
import { mailServerOf } from '../adapters/smtp/mail-server.ts';
import { createSmtpMailer } from '../adapters/smtp/smtp-mailer.ts';
import type { Logger } from '../platform/logger.ts';
import type { SharedPorts } from '../platform/ports/index.ts';
import type { ConfigurationValues } from './configuration.ts';
import type { Connections } from './connections.ts';

/** How old a webhook's signature may be, in seconds. */
const webhookToleranceS = 300;

export type SharedPortsOptions = {
  readonly values: ConfigurationValues;
  readonly connections: Connections;
  readonly logger: Logger;
  readonly signal: AbortSignal;
};

/** Every port that lives as long as the process, made when it is first used. */
export function createSharedPorts({ values, connections, logger, signal }: SharedPortsOptions): {
  readonly ports: SharedPorts;
  readonly close: () => Promise<void>;
} {
  const closers: (() => Promise<void>)[] = [];
  const closing = <Port extends { close(): Promise<void> }>(port: Port): Port => {
    closers.push(() => port.close());
    return port;
  };
  const onError = (system: string) => (error: unknown) =>
    logger.warn({ err: error, system }, 'a system is not well');
  const partitions = values.PARTITIONS;
  const makers: { readonly [Name in keyof SharedPorts]: () => SharedPorts[Name] } = {
    orders: () => eventStore('orders'),
    payments: () => eventStore('payment'),
    shipments: () => eventStore('shipping'),
    sagas: () => createSagas(connections.pool),
    stockLevels: () => createStockLevels(connections.pool, { region: values.REGION }),
    users: () => createUsers(connections.pool, partitions),
    carts: () => createCarts(connections.pool, partitions),
    catalogue: () => createCatalogue(connections.pool),
    backlog: () =>
      createBacklog(connections.pool, {
        openOrdersLimit: values.ADMISSION_OPEN_ORDERS,
        everyMs: 250,
        signal,
        onError: onError('postgres'),
      }),
    retention: () => createRetention(connections.pool),
    wake: () =>
      closing(createWakeBus(connections.redis, { region: values.REGION, onError: onError('redis') })),
    orderHistory: () => createOrderHistory(connections.mongo.database),
    salesBoard: () => createSalesBoard(connections.mongo.database),
    notifications: () => createNotifications(connections.pool),
    assessments: () => createFraudAssessments(connections.pool, partitions),
    recommendations: () => createRecommendations(connections.pool, partitions),
    paymentProvider: () =>
      closing(
        createHttpPaymentProvider({
          baseUrl: values.PAYMENT_PROVIDER_URL,
          apiKey: values.PAYMENT_PROVIDER_KEY,
          onBreaker: (state) => logger.warn({ system: 'payment-provider', state }, 'the breaker changed'),
        }),
      ),
    mailer: () => closing(createSmtpMailer(smtpOptions(values))),
    tokens: () => createTokens(values.AUTH_SECRET),
    webhookSignatures: () => ({
      verify: (signature, rawBody) =>
        verifyWebhook(signature, rawBody, values.PAYMENT_WEBHOOK_SECRET, Date.now(), webhookToleranceS),
    }),
  };
  const ports = lazily(makers);
  return {
    ports,
    async close() {
      await Promise.allSettled(closers.map((close) => close()));
    },
  };

  function eventStore(schema: 'orders' | 'payment' | 'shipping') {
    return createEventStore(connections.pool, {
      schema,
      onAppended: (buckets) => ports.wake.notify({ service: schema, buckets }),
    });
  }
}

function smtpOptions({ SMTP_URL, SMTP_SINK_URL }: ConfigurationValues) {
  return {
    ...mailServerOf(SMTP_URL),
    from: 'Meridian <orders@mail.meridian.example>',
    apiUrl: SMTP_SINK_URL,
    connections: 32,
  };
}

/** An object whose properties are made at first use; spreading it would make them all, so contexts inherit from it. */
function lazily<Ports extends object>(makers: { readonly [Name in keyof Ports]: () => Ports[Name] }): Ports {
  const ports = {} as Ports;
  for (const name of Object.keys(makers) as (keyof Ports & string)[]) {
    let made: { readonly port: Ports[typeof name] } | undefined;
    Object.defineProperty(ports, name, {
      enumerable: true,
      get: () => (made ??= { port: makers[name]() }).port,
    });
  }
  return ports;
}
