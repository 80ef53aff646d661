import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { acceptedOrder, orderResource } from '../../contracts/http/orders.ts';
import { bucketOf, orderIdOf } from '../../domain/ids.ts';
import {
  people,
  startGateways,
  type CallOptions,
  type GatewayHarness,
} from '../../scripts/testing/gateway-harness.ts';
import { addProducts, carryOut, goodOrder } from '../../scripts/testing/order-journey.ts';

let harness: GatewayHarness;

beforeAll(async () => {
  harness = await startGateways();
  await addProducts(harness);
}, 180_000);
beforeEach(() => harness.clear());
afterAll(() => harness?.stop(), 60_000);

const place = (key: string = randomUUID(), options: CallOptions = {}) =>
  harness.call('POST', '/v1/orders', {
    as: 'anna',
    body: goodOrder,
    ...options,
    headers: { 'idempotency-key': key, ...options.headers },
  });
const quote = (lines: object[]) => harness.call('POST', '/v1/quotes', { as: 'anna', body: { lines } });

test('writes the first event, its message and the saga, priced as the quote says', async () => {
  const { status, headers, body: answered } = await place();
  expect(status).toBe(202);
  const body = acceptedOrder.parse(answered);
  expect(headers.get('location')).toBe(`/v1/orders/${body.orderId}`);
  expect(body).toMatchObject({ status: 'accepted', currency: 'USD', statusUrl: headers.get('location') });
  expect((await quote(goodOrder.lines)).body).toMatchObject({
    subtotalMinor: 2100,
    totalMinor: body.totalMinor,
  });
  const bucket = bucketOf(body.orderId, harness.partitions);
  const { rows } = await harness.pool.query(
    `select e.bucket, e.version, e.type, o.event_id, o.topic, o.bucket as partition, s.parked_reason,
       e.data::jsonb = o.payload::jsonb as same
     from orders.events e join orders.outbox o on o.key = e.stream_id
     join orders.sagas s on s.order_id = e.stream_id`,
  );
  expect(rows).toEqual([
    {
      bucket,
      version: 1,
      type: 'OrderPlaced',
      event_id: `${body.orderId}/1`,
      topic: 'order-events',
      partition: bucket,
      parked_reason: null,
      same: true,
    },
  ]);
});

test('50 requests at once with one key make one order and have 50 equal answers', async () => {
  const answers = await Promise.all(Array.from({ length: 50 }, () => place('together')));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
  expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  expect(await harness.countRows()).toMatchObject({
    'orders.events': 1,
    'orders.outbox': 1,
    'orders.sagas': 1,
  });
});

test('a repeated request is answered as before, even when the product is gone', async () => {
  const body = { ...goodOrder, lines: [{ sku: 'old-1', quantity: 1 }] };
  const first = await place('again', { body });
  await harness.pool.query(`delete from catalogue.products where sku = 'old-1'`);
  await expect.poll(async () => (await quote(body.lines)).status, { timeout: 8000 }).toBe(422);
  const second = await place('again', { body });
  expect([second.status, second.body]).toEqual([202, first.body]);
  expect((await place('another', { body })).status).toBe(422);
});

test.each([
  ['lines', { lines: [{ sku: 'tea-1', quantity: 2 }] }],
  ['quantity', { lines: [goodOrder.lines[0], { sku: 'cup-1', quantity: 2 }] }],
  ['token', { paymentToken: 'tok_other' }],
  ['address', { shipTo: { country: 'US', postalCode: '10001' } }],
])('the same key with another %s is refused', async (_what, change) => {
  await place('reused');
  const { status, body } = await place('reused', { body: { ...goodOrder, ...change } });
  expect(status).toBe(422);
  expect(body).toMatchObject({
    code: 'idempotency-key-reused',
    errors: [{ in: 'header', field: 'Idempotency-Key' }],
  });
  expect(await harness.countRows()).toMatchObject({ 'orders.events': 1 });
});

test('the key of an order of lines is not one for the cart, nor the other way round', async () => {
  const lines = [{ sku: 'tea-1', quantity: 2 }];
  await harness.call('PUT', '/v1/cart/items/tea-1', { as: 'anna', body: { quantity: 2 } });
  const ofLines = { ...goodOrder, lines };
  const ofCart = { ...goodOrder, lines: undefined, fromCart: true };
  await place('lines-first', { body: ofLines });
  expect((await place('lines-first', { body: ofCart })).body).toMatchObject({
    code: 'idempotency-key-reused',
  });
  const cart = await harness.call('GET', '/v1/cart', { as: 'anna' });
  expect(cart.body).toMatchObject({ lines });
  expect((await place('cart-first', { body: ofCart })).status).toBe(202);
  expect((await place('cart-first', { body: ofLines })).body).toMatchObject({
    code: 'idempotency-key-reused',
  });
  expect((await place('cart-first', { body: ofCart })).status).toBe(202);
});

test('a key is its user’s own', async () => {
  const [mine, theirs] = await Promise.all([place('k'), place('k', { as: 'bert' })]);
  expect(acceptedOrder.parse(mine.body).orderId).not.toBe(acceptedOrder.parse(theirs.body).orderId);
});

test('the answer waits for the outcome when the client prefers it', async () => {
  const orderId = orderIdOf(people.anna.userId, 'waits');
  const waiting = place('waits', { headers: { prefer: 'wait=20' } });
  await expect.poll(async () => (await harness.countRows())['orders.events']).toBe(1);
  await carryOut(harness, orderId, 'stock', 'fraud', 'paid');
  const { status, headers, body } = await waiting;
  expect([status, headers.get('preference-applied')]).toEqual([200, 'wait=20']);
  expect(orderResource.parse(body)).toMatchObject({ orderId, status: 'paid' });
  expect(JSON.stringify(body)).not.toContain('tok_approve');
  expect(await place('waits', { headers: { prefer: 'wait=20' } })).toMatchObject({ status: 200, body });
});

test('the answer is 202 when the outcome does not come in time', async () => {
  const { status, headers, body } = await place('late', { headers: { prefer: 'wait=1' } });
  expect([status, headers.get('preference-applied')]).toEqual([202, 'wait=1']);
  expect(body).toMatchObject({ status: 'accepted' });
});

test('an order is refused early while the platform is behind', async () => {
  harness.setBacklog({ oldestOutboxMs: 5000, openOrders: 0 });
  const { status, headers, body } = await place();
  harness.setBacklog({ oldestOutboxMs: 0, openOrders: 0 });
  expect([status, headers.get('retry-after')]).toEqual([503, '2']);
  expect(body).toMatchObject({ code: 'overloaded' });
  expect(await harness.countRows()).toMatchObject({ 'orders.events': 0 });
});
