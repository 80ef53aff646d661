import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { orderResource } from '../../contracts/http/orders.ts';
import { shipmentResource } from '../../contracts/http/shipping.ts';
import { processGroups, type ProcessGroup } from '../../environments/local.ts';
import { waitFor } from '../stack/wait.ts';
import { allEnded, countWith, events, rowsOf, tell } from './conditions.ts';
import { gatewayParts } from './groups.ts';
import { cancel, customersOf, nextOrder } from './load.ts';
import { netMinorOf } from './provider-books.ts';
import { shipTo, type Answer, type PlacedOrder } from './shop-client.ts';
import { openWorld, type World } from './world.ts';

const shipping = ['book-shipment'];
const groups: readonly ProcessGroup[] = [
  ...processGroups.map(({ name, parts }) => ({
    name,
    parts: parts.filter((part) => !shipping.includes(part)),
  })),
  { name: 'gateway-b', parts: gatewayParts, port: 'gatewayB' },
  { name: 'ship', parts: shipping },
];

let world: World;
beforeAll(async () => {
  world = await openWorld({ groups, gateways: ['gateway', 'gatewayB'] });
}, 180_000);
afterAll(() => world?.close(), 60_000);

const operator = () => ({ userId: customersOf(world.stack.region)[0]!, roles: ['operator', 'carrier'] });

test('200 customers race for 100 units: 100 are sold, 100 are refused', async () => {
  const sku = 'RACE-0001';
  await world.sources.postgres.query(
    `insert into catalogue.products (sku, name, category, prices_minor, unit_grams)
     values ($1, 'A unit that all want', 'race', '{"USD": 1999}', 100)`,
    [sku],
  );
  for (const [warehouseId, quantity] of Object.entries({ 'use-1': 63, 'use-2': 37 })) {
    const body = { receiptId: `race-${warehouseId}`, warehouseId, sku, quantity };
    const { status } = await world.shop.call(operator(), 'POST', '/v1/stock/receipts', { body });
    expect(status).toBe(201);
  }
  const placed = await Promise.all(
    customersOf(world.stack.region)
      .slice(0, 200)
      .map((userId) => {
        return world.shop.place({ userId, lines: [{ sku, quantity: 1 }], paymentToken: 'tok_approve' });
      }),
  );
  await allEnded(world, placed);
  expect(await countWith(world, placed, 'OrderShipped')).toBe(100);
  expect(await countWith(world, placed, 'OrderRejected')).toBe(100);
  const { rows } = await world.sources.postgres.query<{ reasons: string[] }>(
    `select array_agg(distinct data ->> 'reason') as reasons from orders.events
     where type = 'OrderRejected' and stream_id = any($1)`,
    [placed.map(({ orderId }) => orderId)],
  );
  expect(rows[0]?.reasons).toEqual(['out-of-stock']);
  await world.expectClean();
  expect(await stockOf(sku)).toEqual({ on_hand: '0', reserved: '0' });
}, 180_000);

test('one Idempotency-Key posted 50 times at once over two gateways is one order with one answer', async () => {
  const { userId, lines, paymentToken } = nextOrder(world);
  const key = randomUUID();
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, n): Promise<Answer> =>
      world.shop.call({ userId, roles: [] }, 'POST', '/v1/orders', {
        gateway: n % 2 === 0 ? 'gateway' : 'gatewayB',
        headers: { 'idempotency-key': key },
        body: { lines, paymentToken, shipTo },
      }),
    ),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
  expect(new Set(answers.map(({ json }) => JSON.stringify(json))).size).toBe(1);
  const { rows } = await world.sources.postgres.query<{ count: string }>(
    `select count(distinct stream_id) as count from orders.events where type = 'OrderPlaced' and data ->> 'userId' = $1`,
    [userId],
  );
  const ofUser = world.shop.acknowledged.filter((order) => order.userId === userId).length;
  expect(Number(rows[0]?.count)).toBe(ofUser + 1);
  await world.expectClean();
}, 120_000);

test('orders cancelled at any moment of their saga leave no money and no units behind', async () => {
  const units = rowsOf(`inventory.reservations where status = 'held'`);
  let cancelled = 0;
  const wave = await Promise.all(
    Array.from({ length: 200 }, async (_, n) => {
      await sleep(n * 30); // the customers come one after the other
      const order = await world.shop.place(nextOrder(world));
      await sleep(Math.random() * (n % 2 === 0 ? 300 : 2000));
      if (await cancel(world, order)) cancelled += 1;
      return order;
    }),
  );
  await allEnded(world, wave);
  tell(`${cancelled} of ${wave.length} orders were cancelled in time`);
  expect(cancelled).toBeGreaterThan(0);
  expect(await countWith(world, wave, 'OrderCancelled')).toBe(cancelled);
  expect(await countWith(world, wave, 'OrderShipped')).toBe(wave.length - cancelled);
  expect(await netMoneyOf(wave, 'OrderCancelled')).toBe(0);
  await world.expectClean();
  expect(await units(world)).toBe(0);
}, 180_000);

test('an order cancelled after it was paid is refunded, its shipment stopped, and its units are back', async () => {
  const before = await allStock();
  const booked = events('shipping', 'ShipmentBooked');
  const bookedBefore = await booked(world);
  await world.platform.kill('ship');
  const placed = await Promise.all(Array.from({ length: 20 }, () => world.shop.place(nextOrder(world))));
  await waitFor('the orders to be paid', async () => (await countWith(world, placed, 'OrderPaid')) === 20, {
    timeoutMs: 60_000,
  });
  const outcomes = await Promise.all(placed.map((order) => cancel(world, order)));
  expect(outcomes).toEqual(outcomes.map(() => true));
  await world.platform.start('ship');
  await allEnded(world, placed);
  expect(await countWith(world, placed, 'OrderRefunded')).toBe(20);
  expect(await netMoneyOf(placed, 'OrderCancelled')).toBe(0);
  await world.expectClean();
  expect(await allStock()).toEqual(before);
  expect(await booked(world)).toBe(bookedBefore + 20);
  for (const order of placed)
    expect(shipmentResource.parse(await read(order, 'shipments'))).toMatchObject({ status: 'stopped' });
}, 180_000);

test('a delivered order that is returned is refunded, and its units are back', async () => {
  const before = await allStock();
  const order = await world.shop.place(nextOrder(world));
  await allEnded(world, [order]);
  const shipped = orderResource.parse(await read(order));
  const body = {
    type: 'delivered',
    shipmentId: shipped.shipment?.shipmentId,
    at: new Date().toISOString(),
  };
  const path = `/v1/shipments/${order.orderId}/carrier-events`;
  expect((await world.shop.call(operator(), 'POST', path, { body })).status).toBe(204);
  const refund = await world.shop.call(operator(), 'POST', `/v1/payments/${order.orderId}/refund`, {
    body: { reason: 'damaged' },
  });
  expect(refund).toMatchObject({ status: 202, json: { refundDueMinor: order.totalMinor } });
  await allEnded(world, [order]);
  expect(orderResource.parse(await read(order)).status).toBe('refunded');
  expect(await netMoneyOf([order], 'OrderReturned')).toBe(0);
  await world.expectClean();
  expect(await allStock()).toEqual(before);
}, 120_000);

async function read(
  { orderId, userId }: PlacedOrder,
  what: 'orders' | 'shipments' = 'orders',
): Promise<unknown> {
  return (await world.shop.call({ userId, roles: [] }, 'GET', `/v1/${what}/${orderId}`)).json;
}

async function stockOf(sku: string): Promise<object | undefined> {
  const { rows } = await world.sources.postgres.query<object>(
    'select sum(on_hand)::text as on_hand, sum(reserved)::text as reserved from inventory.stock where sku = $1',
    [sku],
  );
  return rows[0];
}

async function allStock(): Promise<readonly object[]> {
  const { rows } = await world.sources.postgres.query<object>(
    'select sku, sum(on_hand)::text as on_hand, sum(reserved)::text as reserved from inventory.stock group by 1 order by 1',
  );
  return rows;
}

/** What the provider kept of those orders that have such an event. */
async function netMoneyOf(orders: readonly PlacedOrder[], type: string): Promise<number> {
  const { rows } = await world.sources.postgres.query<{ orderId: string }>(
    `select stream_id as "orderId" from orders.events where stream_id = any($1) and type = $2`,
    [orders.map(({ orderId }) => orderId), type],
  );
  return netMinorOf(
    world,
    rows.map(({ orderId }) => orderId),
  );
}
