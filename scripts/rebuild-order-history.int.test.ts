import { setTimeout as sleep } from 'node:timers/promises';
import { MongoClient, type Db } from 'mongodb';
import type { Pool } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOrderHistory, foldHistory } from '../adapters/mongo/order-history.ts';
import { createEventStore } from '../adapters/postgres/event-store.ts';
import { migrate } from '../adapters/postgres/migrate.ts';
import { createPool } from '../adapters/postgres/pool.ts';
import { bucketOf, orderIdOf, userIdOf } from '../domain/ids.ts';
import type { OrderCommand } from '../domain/order/order-commands.ts';
import { sampleCommands } from '../domain/order/order-samples.ts';
import { localEnvironmentVariables, localStack } from '../environments/local.ts';
import { decideAll, dataOf } from '../platform/decide-all.ts';
import { orderStream } from '../platform/streams/order-stream.ts';
import { readHistory } from './auditor/history-documents.ts';
import { onDatabase } from './testing/on-database.ts';
import { readHistoryEvents } from './rebuild-events.ts';
import { rebuildOrderHistory } from './rebuild-order-history.ts';
import { startStack, stopStack } from './stack/index.ts';

const stack = localStack('test', 5000);
const { host, ports, postgres, partitions } = stack;
const name = `rebuild_${process.pid}`;
const urlOf = (database: string): string =>
  `postgres://${postgres.user}:${postgres.password}@${host}:${ports.postgres}/${database}`;
const user = userIdOf('us-east', 'rebuild');

let owned = false;
let pool: Pool;
let client: MongoClient;
let mongo: Db;

beforeAll(async () => {
  ({ owned } = await startStack(stack, { reuse: true }));
  await onDatabase(urlOf(postgres.database), `create database ${name}`);
  await migrate(urlOf(name));
  pool = createPool({ url: urlOf(name) });
  client = new MongoClient(localEnvironmentVariables(stack)['MONGO_URL'] ?? '');
  mongo = client.db(name);
}, 180_000);

afterAll(async () => {
  await pool?.end();
  await mongo?.dropDatabase();
  await client?.close();
  await onDatabase(urlOf(postgres.database), `drop database if exists ${name}`);
  if (owned) await stopStack(stack);
}, 60_000);

/** Decides, and projects what was recorded as the projector does: a while later. */
async function write(commands: readonly OrderCommand[], lagMs: number): Promise<void> {
  const outcomes = await decideAll(
    createEventStore(pool, { schema: 'orders' }),
    orderStream,
    commands.map((command) => ({ command })),
    partitions,
  );
  await sleep(lagMs);
  await createOrderHistory(mongo).apply(
    outcomes.flatMap((outcome, index) =>
      outcome.accepted
        ? [
            {
              orderId: commands[index]!.orderId,
              userId: user,
              events: outcome.events.map((event, position) => ({
                version: outcome.version - outcome.events.length + position + 1,
                type: event.type,
                at: event.at,
                data: dataOf(event),
              })),
            },
          ]
        : [],
    ),
  );
}

const at = (): string => new Date().toISOString();
const idOf = (number: number) => orderIdOf(user, String(number));
const placed = (number: number): OrderCommand => ({
  ...sampleCommands.PlaceOrder,
  orderId: idOf(number),
  userId: user,
  at: at(),
});

test('rebuilt while orders come in, the read model is the fold of all streams', async () => {
  for (let from = 0; from < 400; from += 100)
    await write(
      Array.from({ length: 100 }, (_, index) => placed(from + index)),
      0,
    );
  const documents = mongo.collection<{ _id: string }>('order_history');
  await documents.updateOne({ _id: idOf(301) }, { $set: { 'latest.status': 'delivered' } });
  await documents.deleteOne({ _id: idOf(302) });
  await documents.insertOne({ _id: 'ord_nobody' });

  let number = 400;
  const done = new AbortController();
  const writer = async (): Promise<void> => {
    while (!done.signal.aborted) {
      const own = (number += 1);
      await write([placed(own)], own % 7);
      await write([{ type: 'RecordStockReserved', orderId: idOf(own), at: at() }], own % 5);
      await write([{ type: 'RecordFraudCleared', orderId: idOf(own % 400), at: at() }], 3);
    }
  };
  const writers = [writer(), writer(), writer()];
  const report = await rebuildOrderHistory({ postgres: pool, mongo, partitions }, { pageSize: 20 }).finally(
    () => done.abort(),
  );
  await Promise.all(writers);

  expect(number).toBeGreaterThan(410);
  expect(report.orders).toBeGreaterThanOrEqual(400);
  // An order that was placed a moment ago may be missing too: its projector lags.
  expect(report.before.missing).toBeGreaterThanOrEqual(1);
  expect(report.before.differing).toBe(1);
  expect(report.strays).toBe(1);
  expect(report.before.checksum).not.toBe(report.before.checksumOfEvents);
  await expectFold();
  expect(await documents.indexExists('user_id_1_created_at_-1__id_-1')).toBe(true);
});

test('a second rebuild, when all is quiet, finds nothing to mend', async () => {
  const report = await rebuildOrderHistory({ postgres: pool, mongo, partitions });
  expect(report.before).toMatchObject({ documents: report.orders, differing: 0, missing: 0 });
  expect(report.before.checksum).toBe(report.before.checksumOfEvents);
  await expectFold();
});

async function expectFold(): Promise<void> {
  const { rows } = await pool.query<{ stream_id: string }>('select distinct stream_id from orders.events');
  const keys = rows.map(({ stream_id: orderId }) => ({ orderId, bucket: bucketOf(orderId, partitions) }));
  const changes = await readHistoryEvents(pool, keys);
  const found = await readHistory(
    mongo,
    keys.map(({ orderId }) => orderId),
  );
  expect(changes.length).toBe(rows.length);
  for (const change of changes) expect(found.get(change.orderId)).toEqual(foldHistory(change));
  const all = await mongo.collection<{ _id: string }>('order_history').find().toArray();
  const ids = all.map(({ _id: id }) => id);
  expect(ids.toSorted()).toEqual(keys.map(({ orderId }) => orderId).toSorted());
}
