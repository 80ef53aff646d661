import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { HistoryEvent } from '../../platform/ports/order-history.ts';
import { openTestMongo, type TestMongo } from '../../scripts/testing/mongo-database.ts';
import { deliveries, orderPlaced, orderStep } from './histories.fixture.ts';
import { createOrderHistory, ensureOrderHistoryIndexes, foldHistory } from './order-history.ts';

let mongo: TestMongo;
beforeAll(async () => {
  mongo = await openTestMongo();
});
afterAll(() => mongo?.close());

const history = () => createOrderHistory(mongo.database);
const mixed = (index: number, events: readonly HistoryEvent[]) => ({
  orderId: `mixed${index}`,
  userId: 'mixed',
  events,
});
const only = async (userId: string) => (await history().list(userId, { limit: 10 }))[0];

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
  const events = [
    orderPlaced(),
    ...Array.from({ length: 19 }, (_, index) => orderStep(index + 2, 'OrderPaid')),
  ];
  await Promise.all(events.map((event) => history().apply([{ orderId: 'o', userId: 'u', events: [event] }])));
  expect(await only('u')).toEqual(foldHistory({ orderId: 'o', userId: 'u', events }));
});

test('a newer status stays when older events come after it', async () => {
  await history().apply([
    { orderId: 'o', userId: 'u', events: [orderPlaced(), orderStep(5, 'OrderCancelled')] },
  ]);
  await history().apply([
    { orderId: 'o', userId: 'u', events: [orderStep(3, 'OrderPaid'), orderStep(9, 'Other')] },
  ]);
  expect(await only('u')).toMatchObject({ status: 'cancelled', version: 9 });
  expect((await only('u'))?.steps.map(({ version }) => version)).toEqual([1, 3, 5, 9]);
});

test('versions are ordered as numbers, beyond nine too', async () => {
  const events = [
    orderPlaced(),
    orderStep(9, 'OrderShipped'),
    orderStep(10, 'OrderDelivered'),
    orderStep(100, 'OrderReturned'),
  ];
  for (const event of events.toReversed())
    await history().apply([{ orderId: 'o', userId: 'u', events: [event] }]);
  expect(await only('u')).toEqual(foldHistory({ orderId: 'o', userId: 'u', events }));
});

test('an order is listed once it is known when it was placed', async () => {
  await history().apply([{ orderId: 'o', userId: 'u', events: [orderStep(2, 'OrderPaid')] }]);
  expect(await history().list('u', { limit: 10 })).toEqual([]);
  await history().apply([{ orderId: 'o', userId: 'u', events: [orderPlaced()] }]);
  expect(await only('u')).toMatchObject({ status: 'paid', version: 2 });
});

test('pages newest first without gap or repeat, also where times are equal', async () => {
  const orders = Array.from({ length: 25 }, (_, index) => ({
    orderId: `o${String(index).padStart(2, '0')}`,
    userId: 'pager',
    events: [orderPlaced(Math.floor(index / 7))],
  }));
  await history().apply([...orders, { orderId: 'x', userId: 'somebody-else', events: [orderPlaced()] }]);
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
    events: [orderPlaced(), orderStep(2, 'OrderPaid')],
  }));
  await history().apply(orders);
  expect(await history().list('big', { limit: 2000 })).toHaveLength(450);
});

test('a bulk write with new orders, known ones and repeated ones leaves each as it has to be', async () => {
  const all = [orderPlaced(), orderStep(2, 'OrderConfirmed'), orderStep(3, 'OrderPaid')];
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
  await rebuilt.apply([{ orderId: 'o', userId: 'u', events: [orderPlaced()] }]);
  expect(await history().list('u', { limit: 1 })).toEqual([]);
  expect(await rebuilt.list('u', { limit: 1 })).toHaveLength(1);
});

test('has the index and the fields that the design names', async () => {
  await history().apply([{ orderId: 'o', userId: 'u', events: [orderPlaced()] }]);
  const collection = mongo.database.collection('order_history');
  const keys = (await collection.indexes()).map(({ key }) => JSON.stringify(key));
  expect(keys).toContain('{"user_id":1,"created_at":-1,"_id":-1}');
  expect(await collection.findOne({})).toMatchObject({
    user_id: 'u',
    created_at: new Date(orderPlaced().at),
  });
});
