import type { Pool } from 'pg';
import { createEventStore } from '../../adapters/postgres/event-store.ts';
import { createSagas } from '../../adapters/postgres/sagas.ts';
import { createTransactions } from '../../adapters/postgres/transactions.ts';
import { createUsers } from '../../adapters/postgres/users.ts';
import { orderIdOf, userIdOf } from '../../domain/ids.ts';
import type { OrderCommand } from '../../domain/order/order-commands.ts';
import { sampleCommands } from '../../domain/order/order-samples.ts';
import { decideAll } from '../../platform/decide-all.ts';
import { createHeartbeats } from '../../platform/heartbeats.ts';
import type { SharedPorts } from '../../platform/ports/index.ts';
import type { ConsumeSettings, DirectMessage, ReceivedMessage } from '../../platform/ports/messages.ts';
import { runWorker } from '../../platform/run-worker.ts';
import { orderStream } from '../../platform/streams/order-stream.ts';
import { paymentStream } from '../../platform/streams/payment-stream.ts';
import { readStream } from '../../platform/streams/read-stream.ts';
import type { AnyWorker } from '../../platform/worker.ts';
import { openTestDatabase } from '../test-database.ts';
import { sharedStack } from './shared-stack.ts';
import { silentLogger } from './silent-logger.ts';

const { partitions, region } = sharedStack;
export const customer = userIdOf('us-east', 'customer');

/** What messages are carried to. */
export type Receiver = { readonly deliver: (messages: readonly ReceivedMessage[]) => Promise<void> };

export type WorkerHarness = Awaited<ReturnType<typeof startWorkerHarness>>;

/** Workers on a database of their own, whose messages a test carries from the outboxes to them: Kafka is not needed. */
export async function startWorkerHarness() {
  const database = await openTestDatabase(sharedStack);
  const { pool } = database;
  const shared = {
    orders: createEventStore(pool, { schema: 'orders' }),
    payments: createEventStore(pool, { schema: 'payment' }),
    sagas: createSagas(pool),
    users: createUsers(pool, partitions),
  };
  const stopping = new AbortController();
  const tools = { region, partitions, signal: stopping.signal };
  const transactions = createTransactions(pool, { partitions });
  let orders = 0;

  async function decide(commands: readonly OrderCommand[]): Promise<void> {
    const requests = commands.map((command) => ({ command }));
    const outcomes = await decideAll(shared.orders, orderStream, requests, partitions);
    const refused = outcomes.find(({ accepted }) => !accepted);
    if (refused) throw new Error(`the order did not take ${JSON.stringify(refused)}`);
  }

  /** Takes all that waits in the outboxes of orders and payments, in order. */
  async function published(): Promise<readonly ReceivedMessage[]> {
    return [...(await takeOutbox(pool, 'orders')), ...(await takeOutbox(pool, 'payment'))];
  }

  return {
    pool,
    shared,
    tools,
    /** A worker as it runs, with the ports of its outside world; its dead letters are kept in `letters`. */
    async run(worker: AnyWorker, outside: Partial<SharedPorts> = {}) {
      const letters: DirectMessage[] = [];
      let settings: ConsumeSettings | undefined;
      await runWorker(worker, {
        source: {
          consume(given) {
            settings = given;
            return Promise.resolve({ stop: () => Promise.resolve() });
          },
        },
        sink: { publish: (messages) => Promise.resolve(void letters.push(...messages)) },
        transactions,
        shared: { ...shared, ...outside } as SharedPorts,
        logger: silentLogger,
        heartbeats: createHeartbeats(),
        tools,
      });
      const topics = settings!.topics;
      return {
        letters,
        /** Those of the messages that it reads, as one fetch. */
        deliver: async (messages: readonly ReceivedMessage[]): Promise<void> => {
          const wanted = messages.filter(
            ({ topic, type = '' }) => topics.includes(topic) && settings!.only.has(type),
          );
          if (wanted.length > 0) await settings!.handle(wanted);
        },
      };
    },
    /** A placed order, and what more is recorded on it, all so long ago; the amounts are those of `sampleCommands`. */
    async order(ageMs: number, more: readonly OrderCommand['type'][], paymentToken = 'tok_approve') {
      const orderId = orderIdOf(customer, `order ${(orders += 1)}`);
      const at = new Date(Date.now() - ageMs).toISOString();
      const facts = { orderId, userId: customer, at };
      await decide([
        { ...sampleCommands.PlaceOrder, ...facts, paymentToken },
        ...more.map((type) => ({ ...sampleCommands[type], ...facts })),
      ]);
      return orderId;
    },
    cancel: (orderId: string, ageMs = 0) =>
      decide([{ ...sampleCommands.CancelOrder, orderId, at: new Date(Date.now() - ageMs).toISOString() }]),
    orderOf: async (orderId: string) =>
      (await readStream(shared.orders, orderStream, orderId, partitions)).state,
    paymentOf: async (orderId: string) =>
      (await readStream(shared.payments, paymentStream, orderId, partitions)).state,
    published,
    /** Carries messages to these workers until none is left. */
    async carry(to: readonly Receiver[]) {
      for (;;) {
        const messages = await published();
        if (messages.length === 0) return;
        for (const receiver of to) await receiver.deliver(messages);
      }
    },
    async close() {
      stopping.abort();
      await database.close();
    },
  };
}

async function takeOutbox(pool: Pool, schema: 'orders' | 'payment'): Promise<readonly ReceivedMessage[]> {
  const { rows } = await pool.query<{
    bucket: number;
    id: string;
    topic: string;
    key: string;
    type: string;
    event_id: string;
    payload: string;
  }>(
    `with taken as (delete from ${schema}.outbox returning *)
     select bucket, id, topic, key, type, event_id, payload::text as payload from taken order by id`,
  );
  return rows.map(({ bucket: partition, id: offset, topic, key, type, event_id: id, payload }) => ({
    topic,
    partition,
    offset,
    key,
    value: Buffer.from(payload),
    id,
    type,
    traceparent: undefined,
    headers: () => ({ ce_id: id, ce_type: type }),
  }));
}
