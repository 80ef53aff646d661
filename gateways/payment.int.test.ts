import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { orderIdOf } from '../domain/ids.ts';
import type { OrderCommand } from '../domain/order/order-commands.ts';
import { sampleCommands } from '../domain/order/order-samples.ts';
import { decideAll } from '../platform/decide-all.ts';
import { paymentStream } from '../platform/streams/payment-stream.ts';
import {
  people,
  type CallOptions,
  startGateways,
  type GatewayHarness,
} from '../scripts/testing/gateway-harness.ts';
import { decideOrders, untilPaid } from '../scripts/testing/order-journey.ts';

let harness: GatewayHarness;
const anna = people.anna.userId;
const orderId = orderIdOf(anna, 'one');
const at = '2026-03-01T12:00:00.000Z';
const { totalMinor } = sampleCommands.PlaceOrder;

beforeAll(async () => {
  harness = await startGateways();
}, 180_000);
beforeEach(() => harness.clear());
afterAll(() => harness?.stop(), 60_000);

const call = (method: string, path: string, options?: CallOptions) => harness.call(method, path, options);
const carryOut = (...commands: readonly OrderCommand[]) => decideOrders(harness, orderId, commands);

const { ShipOrder } = sampleCommands;
const paid = untilPaid(anna);

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

const webhook = (type: string, data: object, change: { signature?: string } = {}) => {
  const body = JSON.stringify({ id: 'evt_1', type, createdAt: at, data });
  const signature = change.signature ?? harness.signatureOf(body);
  return call('POST', '/v1/webhooks/payment-provider', {
    text: body,
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
  await carryOut(...paid);
  for (const _ of [1, 2])
    expect(await call('POST', path, { as: 'olga' })).toMatchObject({
      status: 202,
      body: { status: 'cancelled', refundDueMinor: totalMinor },
    });
  await harness.pool.query('truncate orders.events, orders.outbox, orders.sagas');
  await carryOut(...paid, ShipOrder);
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
