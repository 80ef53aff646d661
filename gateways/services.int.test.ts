import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { orderIdOf, userIdOf } from '../domain/ids.ts';
import type { OrderCommand } from '../domain/order/order-commands.ts';
import { sampleCommands } from '../domain/order/order-samples.ts';
import { decideAll } from '../platform/decide-all.ts';
import { orderStream } from '../platform/streams/order-stream.ts';
import { paymentStream } from '../platform/streams/payment-stream.ts';
import { shipmentStream } from '../platform/streams/shipment-stream.ts';
import { startGateways, type GatewayHarness } from '../scripts/testing/gateway-harness.ts';

let harness: GatewayHarness;
const anna = userIdOf('us-east', 'anna');
const orderId = orderIdOf(anna, 'one');
const totalMinor = sampleCommands.PlaceOrder.totalMinor;
const at = '2026-03-01T12:00:00.000Z';
const tokens: Record<string, string> = {};

beforeAll(async () => {
  harness = await startGateways(6000);
  tokens['anna'] = await harness.tokenOf(anna);
  tokens['bert'] = await harness.tokenOf(userIdOf('us-east', 'bert'));
  tokens['olga'] = await harness.tokenOf(userIdOf('us-east', 'olga'), 'operator');
  tokens['carl'] = await harness.tokenOf(userIdOf('us-east', 'carl'), 'carrier');
  await harness.pool.query(
    `insert into catalogue.products (sku, name, category, prices_minor, unit_grams)
     select 'tea-' || n, 'Tea ' || n, case when n % 2 = 0 then 'green' else 'black' end, '{"USD": 450}', 100
     from generate_series(1, 5) n`,
  );
  await harness.pool.query("insert into inventory.warehouses values ('wh-1', 'us-east', 1)");
}, 180_000);

beforeEach(() =>
  harness.pool.query(
    `truncate orders.events, orders.outbox, orders.sagas, payment.events, payment.outbox, payment.journal,
     shipping.events, inventory.stock, inventory.receipts, inventory.outbox, users.users, users.emails`,
  ),
);

afterAll(() => harness?.stop(), 60_000);

type Options = { as?: string; headers?: Record<string, string>; body?: unknown };

async function call(method: string, path: string, { as, headers = {}, body }: Options = {}) {
  const response = await harness.app.request(path, {
    method,
    headers: {
      ...(as === undefined ? {} : { authorization: `Bearer ${tokens[as]}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? await response.json() : undefined,
  };
}

/** What the workers would do. */
async function carryOut(...commands: readonly OrderCommand[]) {
  const requests = commands.map((command) => ({ command: { ...command, orderId } }));
  const outcomes = await decideAll(harness.shared.orders, orderStream, requests, harness.partitions);
  expect(outcomes.every(({ accepted }) => accepted)).toBe(true);
}

const { PlaceOrder, RecordStockReserved, RecordFraudCleared, RecordPaymentCaptured, ShipOrder } =
  sampleCommands;
const placing: OrderCommand = { ...PlaceOrder, userId: anna };
const untilPaid = [placing, RecordStockReserved, RecordFraudCleared, RecordPaymentCaptured];

const requestPayment = () =>
  decideAll(
    harness.shared.payments,
    paymentStream,
    [
      {
        command: {
          type: 'RequestPayment',
          orderId,
          at,
          userId: anna,
          amountMinor: totalMinor,
          currency: 'USD',
        },
      },
    ],
    harness.partitions,
  );

describe('payments', () => {
  const webhook = (type: string, data: object, change: { signature?: string } = {}) => {
    const body = JSON.stringify({ id: 'evt_1', type, createdAt: at, data });
    const signature = change.signature ?? harness.signatureOf(body);
    return call('POST', '/v1/webhooks/payment-provider', {
      body,
      headers: { 'provider-signature': signature },
    });
  };
  const charged = { orderId, chargeId: 'ch_1', amountMinor: totalMinor, currency: 'USD' };
  const types = async () =>
    (await harness.pool.query('select type from payment.events order by version')).rows.map(
      ({ type }) => type as string,
    );

  test('the provider’s webhook may come before our call’s answer, and again', async () => {
    await requestPayment();
    for (const _ of [1, 2]) expect((await webhook('charge.succeeded', charged)).status).toBe(204);
    expect(await types()).toEqual(['PaymentRequested', 'PaymentAuthorized', 'PaymentCaptured']);
    const refunded = { orderId, refundId: 're_1', chargeId: 'ch_1', amountMinor: 100 };
    for (const _ of [1, 2]) expect((await webhook('refund.succeeded', refunded)).status).toBe(204);
    const { body, headers } = await call('GET', `/v1/payments/${orderId}`, { as: 'anna' });
    expect(body).toMatchObject({
      status: 'captured',
      capturedMinor: totalMinor,
      refundedMinor: 100,
      refunds: [{ refundId: 're_1', amountMinor: 100 }],
    });
    expect(headers.get('etag')).toBe('"v4"');
    const { rows } = await harness.pool.query(
      'select sum(amount_minor)::int as sum, count(*)::int from payment.journal',
    );
    expect(rows).toEqual([{ sum: 0, count: expect.any(Number) }]);
  });

  test('a declined charge is recorded', async () => {
    await requestPayment();
    expect(
      (await webhook('charge.declined', { orderId, reason: 'card_declined', amountMinor: 1 })).status,
    ).toBe(204);
    expect(await types()).toEqual(['PaymentRequested', 'PaymentDeclined']);
    expect(await webhook('charge.succeeded', charged)).toMatchObject({
      status: 409,
      body: { code: 'already-declined' },
    });
  });

  test('a webhook that is not signed, of an unknown order or wrong is refused and changes nothing', async () => {
    await requestPayment();
    const unsigned = await webhook('charge.succeeded', charged, { signature: 't=1,v1=00' });
    expect(unsigned).toMatchObject({ status: 401, body: { code: 'signature-invalid' } });
    const other = { ...charged, orderId: orderIdOf(anna, 'other') };
    expect(await webhook('charge.succeeded', other)).toMatchObject({ status: 404 });
    expect(await webhook('charge.succeeded', { ...charged, amountMinor: -1 })).toMatchObject({
      status: 422,
      body: { errors: [{ field: 'amountMinor' }] },
    });
    expect(await webhook('dispute.created', { anything: true })).toMatchObject({ status: 204 });
    expect(await types()).toEqual(['PaymentRequested']);
  });

  test('are shown to their own customer only', async () => {
    await requestPayment();
    expect((await call('GET', `/v1/payments/${orderId}`, { as: 'anna' })).status).toBe(200);
    expect((await call('GET', `/v1/payments/${orderId}`, { as: 'bert' })).status).toBe(404);
    expect((await call('GET', `/v1/payments/${orderId}`)).status).toBe(401);
    expect((await call('GET', '/v1/payments/nothing', { as: 'anna' })).status).toBe(422);
  });

  test('an operator gives money back: what is paid is cancelled, what is delivered is returned', async () => {
    const path = `/v1/payments/${orderId}/refund`;
    expect((await call('POST', path, { as: 'anna' })).status).toBe(403);
    expect((await call('POST', path, { as: 'olga' })).status).toBe(404);
    await carryOut(...untilPaid);
    for (const _ of [1, 2])
      expect(await call('POST', path, { as: 'olga' })).toMatchObject({
        status: 202,
        body: { status: 'cancelled', refundDueMinor: totalMinor },
      });
    await harness.pool.query('truncate orders.events, orders.outbox, orders.sagas');
    await carryOut(...untilPaid, ShipOrder);
    expect(await call('POST', path, { as: 'olga' })).toMatchObject({
      status: 409,
      body: { code: 'order-shipped' },
    });
    await carryOut(sampleCommands.DeliverOrder);
    expect(await call('POST', path, { as: 'olga', body: { reason: 'broken' } })).toMatchObject({
      status: 202,
      body: { status: 'returned', refundDueMinor: totalMinor },
    });
  });
});

describe('shipments', () => {
  const path = `/v1/shipments/${orderId}`;
  const report = (type: string, options: { shipmentId?: string; as?: string } = {}) =>
    call('POST', `${path}/carrier-events`, {
      as: options.as ?? 'carl',
      body: { type, shipmentId: options.shipmentId ?? 'shp_1', at },
    });
  const book = () =>
    decideAll(
      harness.shared.shipments,
      shipmentStream,
      [{ command: { type: 'BookShipment', orderId, at, shipmentId: 'shp_1', carrier: 'ups' } }],
      harness.partitions,
    );
  const statusOfOrder = async () =>
    (await call('GET', `/v1/orders/${orderId}`, { as: 'anna' })).body.status as string;

  test('follow the carrier’s reports, repeated ones too, and move the order', async () => {
    await carryOut(...untilPaid, ShipOrder);
    await book();
    for (const type of ['picked-up', 'picked-up', 'delivered', 'delivered', 'picked-up'])
      expect((await report(type)).status).toBe(204);
    expect(await statusOfOrder()).toBe('delivered');
    expect((await call('GET', path, { as: 'anna' })).body).toEqual({
      orderId,
      status: 'delivered',
      shipmentId: 'shp_1',
      carrier: 'ups',
      trackingCode: '1Z',
    });
    expect((await report('returned')).status).toBe(204);
    expect(await statusOfOrder()).toBe('returned');
    const { rows } = await harness.pool.query('select count(*)::int from shipping.events');
    expect(rows).toEqual([{ count: 4 }]);
  });

  test('a report before its time is refused for now, and taken later', async () => {
    await carryOut(...untilPaid);
    expect(await report('delivered')).toMatchObject({ status: 404, body: { code: 'shipment-unknown' } });
    await book();
    const early = await report('delivered');
    expect(early).toMatchObject({ status: 409, body: { code: 'order-not-shipped' } });
    expect(early.headers.get('retry-after')).toBe('5');
    await carryOut(ShipOrder);
    expect((await report('delivered')).status).toBe(204);
    expect(await statusOfOrder()).toBe('delivered');
  });

  test('a report of another parcel, of nonsense or by a customer is refused', async () => {
    await carryOut(...untilPaid, ShipOrder);
    await book();
    expect(await report('delivered', { shipmentId: 'shp_2' })).toMatchObject({
      status: 422,
      body: { errors: [{ field: 'shipmentId' }] },
    });
    expect(await report('lost')).toMatchObject({ status: 422, body: { errors: [{ field: 'type' }] } });
    expect((await report('delivered', { as: 'anna' })).status).toBe(403);
    expect((await call('GET', path, { as: 'bert' })).status).toBe(404);
    expect(await statusOfOrder()).toBe('shipped');
  });
});

describe('stock', () => {
  const receipt = { receiptId: 'rcp-1', warehouseId: 'wh-1', sku: 'tea-1', quantity: 40 };
  const receive = (change: object = {}, as = 'olga') =>
    call('POST', '/v1/stock/receipts', { as, body: { ...receipt, ...change } });

  test('a receipt counts once, however often it comes, and is told with the new level', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => receive()));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([
      ...Array.from({ length: 9 }, () => 200),
      201,
    ]);
    expect((await receive({ receiptId: 'rcp-2', quantity: 2 })).status).toBe(201);
    expect((await call('GET', '/v1/stock/tea-1', { as: 'anna' })).body).toEqual({
      sku: 'tea-1',
      available: 42,
      warehouses: [{ warehouseId: 'wh-1', onHand: 42, reserved: 0 }],
    });
    const { rows } = await harness.pool.query('select event_id, payload from inventory.outbox order by id');
    expect(rows).toMatchObject([
      { event_id: 'stock/rcp-1', payload: { sku: 'tea-1', warehouseId: 'wh-1', onHand: 40, reserved: 0 } },
      { event_id: 'stock/rcp-2', payload: { onHand: 42 } },
    ]);
  });

  test.each([
    ['quantity', { quantity: 0 }],
    ['quantity', { quantity: 1e9 }],
    ['sku', { sku: 'none' }],
    ['warehouseId', { warehouseId: 'wh-9' }],
    ['receiptId', { receiptId: '' }],
    ['extra', { extra: 1 }],
  ])('a receipt with a bad %s is refused', async (field, change) => {
    expect(await receive(change)).toMatchObject({ status: 422, body: { errors: [{ in: 'body', field }] } });
    expect(await harness.countRows()).toMatchObject({
      'inventory.stock': 0,
      'inventory.receipts': 0,
      'inventory.outbox': 0,
    });
  });

  test('only operators book receipts, and unknown stock is not there', async () => {
    expect((await receive({}, 'anna')).status).toBe(403);
    expect((await call('GET', '/v1/stock/tea-1', { as: 'anna' })).status).toBe(404);
  });
});

describe('products', () => {
  test('are public, with an entity tag', async () => {
    const { status, headers, body } = await call('GET', '/v1/products/tea-1');
    expect(status).toBe(200);
    expect(body).toEqual({
      sku: 'tea-1',
      name: 'Tea 1',
      category: 'black',
      pricesMinor: { USD: 450 },
      unitGrams: 100,
    });
    const tag = headers.get('etag') ?? '';
    expect((await call('GET', '/v1/products/tea-1', { headers: { 'if-none-match': tag } })).status).toBe(304);
    expect((await call('GET', '/v1/products/none')).status).toBe(404);
  });

  test('are listed page by page, also by category; a cursor of another list is refused', async () => {
    const first = await call('GET', '/v1/products?limit=2');
    expect(first.body.items.map(({ sku }: { sku: string }) => sku)).toEqual(['tea-1', 'tea-2']);
    const second = await call('GET', `/v1/products?limit=4&cursor=${first.body.nextCursor}`);
    expect(second.body.items.map(({ sku }: { sku: string }) => sku)).toEqual(['tea-3', 'tea-4', 'tea-5']);
    expect(second.body).not.toHaveProperty('nextCursor');
    const green = await call('GET', '/v1/products?category=green');
    expect(green.body.items.map(({ sku }: { sku: string }) => sku)).toEqual(['tea-2', 'tea-4']);
    for (const query of [
      `category=green&cursor=${first.body.nextCursor}`,
      'cursor=e30',
      `cursor=${first.body.nextCursor}A`,
    ])
      expect(await call('GET', `/v1/products?${query}`)).toMatchObject({
        status: 422,
        body: { code: 'cursor-invalid', errors: [{ field: 'cursor' }] },
      });
  });
});

describe('users', () => {
  const anyone = { email: 'Anna@shop.example', name: 'Anna', country: 'US', postalCode: '94103' };
  const signUp = (change: object = {}) => call('POST', '/v1/users', { body: { ...anyone, ...change } });

  test('sign up once; the mail address is taken then, in any spelling and at once', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => signUp()));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([
      201,
      ...Array.from({ length: 7 }, () => 409),
    ]);
    expect(await signUp({ email: 'anna@SHOP.example' })).toMatchObject({
      status: 409,
      body: { code: 'user-exists', errors: [{ field: 'email' }] },
    });
    const created = answers.find(({ status }) => status === 201)!.body;
    tokens['new'] = await harness.tokenOf(created.userId);
    expect(await call('GET', '/v1/users/me', { as: 'new' })).toMatchObject({ status: 200, body: created });
    expect((await call('GET', '/v1/users/me', { as: 'bert' })).status).toBe(404);
    expect(await harness.countRows()).toMatchObject({ 'users.users': 1, 'users.emails': 1 });
  });

  test.each([
    ['email', { email: 'none' }],
    ['email', { email: `${'x'.repeat(250)}@a.example` }],
    ['name', { name: '' }],
    ['name', { name: 'a\u0007' }],
    ['country', { country: 'us' }],
    ['postalCode', { postalCode: '🏠' }],
    ['roles', { roles: ['operator'] }],
  ])('a bad %s is refused', async (field, change) => {
    expect(await signUp(change)).toMatchObject({ status: 422, body: { errors: [{ in: 'body', field }] } });
    expect(await harness.countRows()).toMatchObject({ 'users.users': 0 });
  });
});

test('a failure is a 500 that tells nothing; the log has its request id and no mail address', async () => {
  harness.logged.length = 0;
  await harness.pool.query('alter table users.users rename to users_away');
  const body = { email: 'secret.person@shop.example', name: 'S', country: 'US', postalCode: '1' };
  const { status, body: details } = await call('POST', '/v1/users', { body });
  await harness.pool.query('alter table users.users_away rename to users');
  expect(status).toBe(500);
  expect(details).toMatchObject({ code: 'internal-error' });
  expect(harness.logged).toHaveLength(1);
  expect(JSON.stringify(harness.logged)).not.toContain('secret.person');
  expect(JSON.stringify(harness.logged)).toContain(details.requestId);
});
