import { randomUUID } from 'node:crypto';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { localEnvironmentVariables } from '../../environments/local.ts';
import { startStack, stopStack } from '../../scripts/stack/index.ts';
import { freePort } from '../../scripts/testing/free-port.ts';
import { sharedStack } from '../../scripts/testing/shared-stack.ts';
import type { HistoryEvent } from '../../platform/ports/order-history.ts';
import type { SalesTotal } from '../../platform/ports/sales.ts';
import { connectMongo, type MongoConnection } from './connect.ts';
import { deliveries } from './histories.fixture.ts';
import { createOrderHistory, ensureOrderHistoryIndexes, foldHistory } from './order-history.ts';
import { createSalesBoard, ensureSalesBoardIndexes } from './sales-board.ts';

const url = localEnvironmentVariables(sharedStack)['MONGO_URL']!.replace(
  `/${sharedStack.mongoDatabase}?`,
  `/adapters_${process.pid}?`,
);
let owned = false;
let mongo: MongoConnection;

beforeAll(async () => {
  ({ owned } = await startStack(sharedStack, { reuse: true }));
  mongo = connectMongo(url);
  for (let times = 0; times < 2; times += 1) {
    await ensureOrderHistoryIndexes(mongo.database);
    await ensureSalesBoardIndexes(mongo.database);
  }
});
afterAll(async () => {
  await mongo?.database.dropDatabase();
  await mongo?.close();
  if (owned) await stopStack(sharedStack);
});

const day = (date: string) => ({ from: date, to: date });
const time = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
const placed = (minute = 0): HistoryEvent => ({
  version: 1,
  type: 'OrderPlaced',
  at: time(minute),
  data: { currency: 'EUR', totalMinor: 500, lines: [{ sku: 'a', category: 'shoes', quantity: 2 }] },
});
const step = (version: number, type: string): HistoryEvent => ({
  version,
  type,
  at: time(version),
  data: {},
});

const history = () => createOrderHistory(mongo.database);
const mixed = (index: number, events: readonly HistoryEvent[]) => ({
  orderId: `mixed${index}`,
  userId: 'mixed',
  events,
});
const only = async (userId: string) => (await history().list(userId, { limit: 10 }))[0];

describe('the order history', () => {
  beforeEach(() => mongo.database.collection('order_history').deleteMany({}));

  test('any split, order and repetition of the events gives the fold of the stream', async () => {
    await fc.assert(
      fc.asyncProperty(deliveries, async ({ events, batches }) => {
        const change = { orderId: `ord_${randomUUID()}`, userId: `usr_${randomUUID()}` };
        for (const batch of batches) await history().apply([{ ...change, events: batch }]);
        expect(await history().list(change.userId, { limit: 10 })).toEqual([
          foldHistory({ ...change, events }),
        ]);
      }),
      { numRuns: 40 },
    );
  });

  test('many writers of one new order at once lose nothing', async () => {
    const events = [placed(), ...Array.from({ length: 19 }, (_, index) => step(index + 2, 'OrderPaid'))];
    await Promise.all(
      events.map((event) => history().apply([{ orderId: 'o', userId: 'u', events: [event] }])),
    );
    expect(await only('u')).toEqual(foldHistory({ orderId: 'o', userId: 'u', events }));
  });

  test('a newer status stays when older events come after it', async () => {
    await history().apply([{ orderId: 'o', userId: 'u', events: [placed(), step(5, 'OrderCancelled')] }]);
    await history().apply([{ orderId: 'o', userId: 'u', events: [step(3, 'OrderPaid'), step(9, 'Other')] }]);
    expect(await only('u')).toMatchObject({ status: 'cancelled', version: 9 });
    expect((await only('u'))?.steps.map(({ version }) => version)).toEqual([1, 3, 5, 9]);
  });

  test('versions are ordered as numbers, beyond nine too', async () => {
    const events = [
      placed(),
      step(9, 'OrderShipped'),
      step(10, 'OrderDelivered'),
      step(100, 'OrderReturned'),
    ];
    for (const event of events.toReversed())
      await history().apply([{ orderId: 'o', userId: 'u', events: [event] }]);
    expect(await only('u')).toEqual(foldHistory({ orderId: 'o', userId: 'u', events }));
  });

  test('an order is listed once it is known when it was placed', async () => {
    await history().apply([{ orderId: 'o', userId: 'u', events: [step(2, 'OrderPaid')] }]);
    expect(await history().list('u', { limit: 10 })).toEqual([]);
    await history().apply([{ orderId: 'o', userId: 'u', events: [placed()] }]);
    expect(await only('u')).toMatchObject({ status: 'paid', version: 2 });
  });

  test('pages newest first without gap or repeat, also where times are equal', async () => {
    const orders = Array.from({ length: 25 }, (_, index) => ({
      orderId: `o${String(index).padStart(2, '0')}`,
      userId: 'pager',
      events: [placed(Math.floor(index / 7))],
    }));
    await history().apply([...orders, { orderId: 'x', userId: 'somebody-else', events: [placed()] }]);
    const seen: { orderId: string; createdAt: string }[] = [];
    for (let pages = 0; pages < 10; pages += 1) {
      const last = seen.at(-1);
      const page = await history().list('pager', { limit: 4, ...(last && { before: last }) });
      seen.push(...page);
      if (page.length < 4) break;
    }
    expect(seen.map(({ orderId }) => orderId)).toEqual(orders.map(({ orderId }) => orderId).toReversed());
  });

  test('a batch larger than one bulk write, and an empty one', async () => {
    await history().apply([]);
    const orders = Array.from({ length: 450 }, (_, index) => ({
      orderId: `big${index}`,
      userId: 'big',
      events: [placed(), step(2, 'OrderPaid')],
    }));
    await history().apply(orders);
    expect(await history().list('big', { limit: 2000 })).toHaveLength(450);
  });

  test('a bulk write with new orders, known ones and repeated ones leaves each as it has to be', async () => {
    const all = [placed(), step(2, 'OrderConfirmed'), step(3, 'OrderPaid')];
    const indexes = Array.from({ length: 60 }, (_, index) => index);
    // By third: known with its end alone, known whole, new.
    await history().apply(
      indexes.flatMap((index) =>
        index % 3 === 0 ? mixed(index, all.slice(2)) : index % 3 === 1 ? mixed(index, all) : [],
      ),
    );
    for (let times = 0; times < 2; times += 1)
      await history().apply(indexes.map((index) => mixed(index, all.slice(0, 2 + (index % 2)))));
    const listed = await history().list('mixed', { limit: 100 });
    const expected = indexes.map((index) =>
      foldHistory(mixed(index, index % 3 === 2 ? all.slice(0, 2 + (index % 2)) : all)),
    );
    expect(listed.toSorted((a, b) => a.orderId.localeCompare(b.orderId))).toEqual(
      expected.toSorted((a, b) => a!.orderId.localeCompare(b!.orderId)),
    );
  });

  test('a collection being rebuilt is apart from the live one', async () => {
    const rebuilt = createOrderHistory(mongo.database, 'order_history_next');
    await ensureOrderHistoryIndexes(mongo.database, 'order_history_next');
    await rebuilt.apply([{ orderId: 'o', userId: 'u', events: [placed()] }]);
    expect(await history().list('u', { limit: 1 })).toEqual([]);
    expect(await rebuilt.list('u', { limit: 1 })).toHaveLength(1);
  });

  test('has the index and the fields that the design names', async () => {
    await history().apply([{ orderId: 'o', userId: 'u', events: [placed()] }]);
    const collection = mongo.database.collection('order_history');
    const keys = (await collection.indexes()).map(({ key }) => JSON.stringify(key));
    expect(keys).toContain('{"user_id":1,"created_at":-1,"_id":-1}');
    expect(await collection.findOne({})).toMatchObject({ user_id: 'u', created_at: new Date(time(0)) });
  });
});

describe('the sales board', () => {
  const total = { date: '2026-01-01', category: 'shoes', region: 'us-east', currency: 'EUR' };

  test('keeps the newest absolute values, whatever comes late or twice', async () => {
    const board = createSalesBoard(mongo.database);
    await board.put([{ ...total, orders: 2, totalMinor: 900 }]);
    await board.put([
      { ...total, orders: 10, totalMinor: 800 },
      { ...total, category: 'books', orders: 1, totalMinor: 5_000_000_000 },
      { ...total, date: '2026-01-02', orders: 9, totalMinor: 9 },
    ]);
    await board.put([{ ...total, orders: 9, totalMinor: 9000 }]);
    await board.put([]);
    expect(await board.list(day('2026-01-01'), { limit: 10 })).toEqual([
      { ...total, category: 'books', orders: 1, totalMinor: 5_000_000_000 },
      { ...total, orders: 10, totalMinor: 800 },
    ]);
    expect(await board.list(day('2025-12-31'), { limit: 10 })).toEqual([]);
  });

  test('puts of new totals at once end with the largest', async () => {
    const board = createSalesBoard(mongo.database);
    const own = { ...total, date: '2026-02-01' };
    await Promise.all(
      Array.from({ length: 12 }, (_, index) => board.put([{ ...own, orders: index + 1, totalMinor: index }])),
    );
    expect(await board.list(day(own.date), { limit: 10 })).toEqual([{ ...own, orders: 12, totalMinor: 11 }]);
  });

  test('pages through several days, both ends included, without gap or repeat', async () => {
    const board = createSalesBoard(mongo.database);
    const totals = ['2026-03-31', '2026-04-01', '2026-04-02', '2026-04-03', '2026-04-10'].flatMap((date) =>
      ['eu-central', 'us-east'].flatMap((region) =>
        ['books', 'tea & cups'].map((category) => ({
          ...total,
          date,
          region,
          category,
          orders: 1,
          totalMinor: 1,
        })),
      ),
    );
    await board.put(totals.toReversed());
    const seen: SalesTotal[] = [];
    for (let pages = 0; pages < 10; pages += 1) {
      const after = seen.at(-1);
      const page = await board.list(
        { from: '2026-04-01', to: '2026-04-03' },
        { limit: 5, ...(after && { after }) },
      );
      seen.push(...page);
      if (page.length < 5) break;
    }
    expect(seen).toEqual(totals.slice(4, 16));
  });
});

describe('when MongoDB', () => {
  test('is away, a client is made all the same and its calls are transient', async () => {
    const away = connectMongo('mongodb://127.0.0.1:1/nothing?directConnection=true');
    const startedMs = performance.now();
    await expect(createOrderHistory(away.database).list('u', { limit: 1 })).rejects.toMatchObject({
      name: 'TransientError',
      code: expect.stringMatching(/^mongo-(unavailable|timed-out)$/),
    });
    expect(performance.now() - startedMs).toBeLessThan(4500);
    await away.close();
  });

  test('is away when a client first asks, and comes later, its writes are transient until then', async () => {
    const { hostname, port, pathname } = new URL(url);
    const link = createServer((socket) => {
      const server = connect(Number(port), hostname);
      socket
        .on('error', () => undefined)
        .pipe(server.on('error', () => undefined))
        .pipe(socket);
    });
    const free = await freePort();
    const late = connectMongo(`mongodb://127.0.0.1:${free}${pathname}?directConnection=true`);
    const change = { orderId: 'o', userId: 'u', events: [placed()] };
    const away = { name: 'TransientError', code: expect.stringMatching(/^mongo-(unavailable|timed-out)$/) };
    const apply = () => createOrderHistory(late.database, 'order_history_late').apply([change]);
    await expect(apply()).rejects.toMatchObject(away);
    await new Promise<void>((resolve) => link.listen(free, '127.0.0.1', resolve));
    // Each with a breaker of its own: the first one's lets nobody through for a while.
    await vi.waitFor(apply, { timeout: 10_000 });
    expect(await late.database.collection('order_history_late').countDocuments()).toBe(1);
    await late.close();
    link.close();
  });

  test('takes a connection and says nothing, the call is given up', async () => {
    const sockets = new Set<Socket>();
    const silent = createServer((socket) => void sockets.add(socket));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const hung = connectMongo(`mongodb://127.0.0.1:${port}/nothing?directConnection=true`);
    await expect(createSalesBoard(hung.database).list(day('2026-01-01'), { limit: 1 })).rejects.toMatchObject(
      {
        name: 'TransientError',
      },
    );
    await hung.close();
    for (const socket of sockets) socket.destroy();
    silent.close();
  });

  test('refuses a call, that is permanent', async () => {
    // Text where the steps would be: nothing can be set inside it.
    const damaged = mongo.database.collection<{ _id: string; steps: string }>('order_history_bad');
    await damaged.insertOne({ _id: 'o', steps: 'text' });
    const bad = createOrderHistory(mongo.database, 'order_history_bad');
    await expect(bad.apply([{ orderId: 'o', userId: 'u', events: [placed()] }])).rejects.toMatchObject({
      name: 'PermanentError',
      code: 'mongo-refused',
    });
  });
});
