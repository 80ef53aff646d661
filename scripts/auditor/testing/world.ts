import type { Pool } from 'pg';
import { Partitioners, type Producer } from 'kafkajs';
import type { Db } from 'mongodb';
import { publisher } from '../../../adapters/kafka/publish.ts';
import { createOrderHistory } from '../../../adapters/mongo/order-history.ts';
import { createSalesBoard } from '../../../adapters/mongo/sales-board.ts';
import { createHttpPaymentProvider } from '../../../adapters/payments/http-provider.ts';
import { createEventStore } from '../../../adapters/postgres/event-store.ts';
import { createStockLevels } from '../../../adapters/postgres/stock-levels.ts';
import { createTransactions } from '../../../adapters/postgres/transactions.ts';
import { createUsers } from '../../../adapters/postgres/users.ts';
import { createSmtpMailer } from '../../../adapters/smtp/smtp-mailer.ts';
import { bucketOf, orderIdOf, userIdOf, type OrderId } from '../../../domain/ids.ts';
import type { OrderCommand } from '../../../domain/order/order-commands.ts';
import { sampleCommands } from '../../../domain/order/order-samples.ts';
import { decideAll } from '../../../platform/decide-all.ts';
import { createHeartbeats } from '../../../platform/heartbeats.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { OutboxRow } from '../../../platform/ports/event-store.ts';
import type { ConsumeSettings, ReceivedMessage } from '../../../platform/ports/messages.ts';
import type { SharedPorts } from '../../../platform/ports/index.ts';
import { outboxServices } from '../../../platform/relay.ts';
import { runWorker } from '../../../platform/run-worker.ts';
import { orderStream } from '../../../platform/streams/order-stream.ts';
import { workers } from '../../../workers/index.ts';
import type { AuditSources } from '../sources.ts';

const schemas = [...outboxServices, 'shipping'];
const region = 'us-east';
const userId = userIdOf(region, 'audit-test');
const warehouse = 'us-east-1';

export type TestWorldSettings = {
  readonly sources: Pick<
    AuditSources,
    'postgres' | 'mongo' | 'kafka' | 'providerUrl' | 'mailsUrl' | 'partitions'
  >;
  readonly smtpPort: number;
  /** Rows that never reach Kafka, though the workers handle them. */
  readonly isLost?: (row: OutboxRow) => boolean;
};

export type TestWorld = {
  /** Places an order of `sampleCommands` with changes, and lets the workers do all that follows. */
  place(name: string, changes?: object): Promise<OrderId>;
  command(command: OrderCommand): Promise<void>;
  close(): Promise<void>;
};

/**
 * The real workers on real systems without the waiting: what they publish goes to Kafka, and from the outbox straight to
 * the handlers of those that would read it there. For tests only.
 */
export async function openTestWorld({
  sources,
  smtpPort,
  isLost = () => false,
}: TestWorldSettings): Promise<TestWorld> {
  const { postgres, kafka, partitions } = sources;
  const paymentProvider = createHttpPaymentProvider({ baseUrl: sources.providerUrl });
  const mailer = createSmtpMailer({
    host: '127.0.0.1',
    port: smtpPort,
    from: 'Meridian <orders@mail.meridian.example>',
    apiUrl: sources.mailsUrl,
  });
  const shared = {
    ...storesOf(postgres, sources.mongo, partitions),
    paymentProvider,
    mailer,
  } as unknown as SharedPorts;
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, idempotent: true });
  await producer.connect();
  const consumers = await startWorkers(postgres, shared, partitions);
  const pump = (): Promise<void> => pumpOutboxes(postgres, producer, consumers, isLost);
  const decide = async (command: OrderCommand): Promise<void> => {
    const [outcome] = await decideAll(shared.orders, orderStream, [{ command }], partitions);
    if (!outcome?.accepted) throw new Error(`${command.type} was refused: ${outcome?.reason}`);
    await pump();
  };
  return {
    async place(name, changes = {}) {
      const orderId = orderIdOf(userId, name);
      const at = new Date().toISOString();
      await decide({
        ...sampleCommands.PlaceOrder,
        paymentToken: 'tok_approve',
        ...changes,
        orderId,
        userId,
        at,
      });
      return orderId;
    },
    command: decide,
    async close() {
      await Promise.all([producer.disconnect(), paymentProvider.close(), mailer.close()]);
    },
  };
}

function storesOf(postgres: Pool, mongo: Db, partitions: number) {
  return {
    orders: createEventStore(postgres, { schema: 'orders' }),
    payments: createEventStore(postgres, { schema: 'payment' }),
    shipments: createEventStore(postgres, { schema: 'shipping' }),
    stockLevels: createStockLevels(postgres, { region, warehousesMaxAgeMs: 0 }),
    users: createUsers(postgres, partitions),
    orderHistory: createOrderHistory(mongo),
    salesBoard: createSalesBoard(mongo),
  };
}

/** One user, one warehouse, and units of what the sample order has. */
export async function seedTestWorld(postgres: Pool, partitions: number): Promise<void> {
  await createUsers(postgres, partitions).create({
    userId,
    email: 'customer@example.com',
    name: 'A Customer',
    country: 'US',
    postalCode: '94103',
    createdAt: new Date(),
  });
  await postgres.query(
    `insert into inventory.warehouses (warehouse_id, region, priority) values ($1, $2, 1)`,
    [warehouse, region],
  );
  await createTransactions(postgres, { partitions }).run('inventory', ({ stock }) =>
    stock.decideAll(
      sampleCommands.PlaceOrder.lines.map(({ sku }) => ({
        bucket: bucketOf(sku, partitions),
        command: {
          type: 'ReceiveStock',
          receiptId: `first/${sku}`,
          warehouseId: warehouse,
          sku,
          quantity: 1000,
        },
      })),
    ),
  );
}

const ignore = (): void => undefined;

function failed(fields: object, message: string): never {
  throw new Error(message, { cause: fields });
}

async function startWorkers(
  postgres: Pool,
  shared: SharedPorts,
  partitions: number,
): Promise<ConsumeSettings[]> {
  const consumers: ConsumeSettings[] = [];
  const source = {
    consume: (settings: ConsumeSettings) => {
      consumers.push(settings);
      return Promise.resolve({ stop: () => Promise.resolve() });
    },
  };
  const logger: Logger = { debug: ignore, info: ignore, warn: ignore, error: failed, child: () => logger };
  const sink = { publish: () => Promise.reject(new Error('no dead letter is expected')) };
  const transactions = createTransactions(postgres, { partitions });
  const tools = { region, partitions, signal: new AbortController().signal };
  const heartbeats = createHeartbeats();
  for (const worker of workers)
    await runWorker(worker, { source, sink, transactions, shared, logger, heartbeats, tools });
  return consumers;
}

async function pumpOutboxes(
  postgres: Pool,
  producer: Producer,
  consumers: readonly ConsumeSettings[],
  isLost: (row: OutboxRow) => boolean,
): Promise<void> {
  const publish = publisher(producer, { source: '/test', compress: false });
  for (;;) {
    const taken: OutboxRow[] = [];
    for (const schema of schemas) taken.push(...(await takeOutbox(postgres, schema)));
    if (taken.length === 0) return;
    await publish(taken.filter((row) => !isLost(row)));
    for (const consumer of consumers) {
      const wanted = taken.filter(
        ({ topic, type }) => consumer.topics.includes(topic) && consumer.only.has(type),
      );
      if (wanted.length > 0) await consumer.handle(wanted.map(receivedOf));
    }
  }
}

async function takeOutbox(postgres: Pool, schema: string): Promise<readonly OutboxRow[]> {
  const { rows } = await postgres.query<OutboxRow>(
    `with taken as (delete from ${schema}.outbox returning *)
     select bucket, id::text, topic, key, type, event_id as "eventId", payload::text as payload, traceparent,
       occurred_at as "occurredAt" from taken order by taken.id`,
  );
  return rows;
}

function receivedOf({ topic, bucket, key, payload, eventId, type }: OutboxRow): ReceivedMessage {
  return {
    topic,
    partition: bucket,
    offset: '0',
    key,
    value: Buffer.from(payload),
    id: eventId,
    type,
    traceparent: undefined,
    headers: () => ({ ce_id: eventId, ce_type: type }),
  };
}
