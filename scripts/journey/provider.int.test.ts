import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BreakerState } from '../../adapters/breaker.ts';
import { signWebhook } from '../../adapters/payments/webhook-signature.ts';
import type { SimulatorMode } from '../../adapters/payments/simulator-mode.ts';
import { orderResource } from '../../contracts/http/orders.ts';
import { topics } from '../../contracts/topics.ts';
import { processGroups } from '../../environments/local.ts';
import { waitFor } from '../stack/wait.ts';
import { allEnded, metricOf, countWith, evidence, seconds, tell, untilGrows } from './conditions.ts';
import { nextOrder, startLoad } from './load.ts';
import { readLedger } from './provider-books.ts';
import { readMessages } from './republish.ts';
import type { PlacedOrder } from './shop-client.ts';
import { openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
}, 180_000);
afterAll(() => world?.close(), 60_000);

/** How the provider treats all charges from now on; null: as their tokens ask for. */
async function setMode(mode: SimulatorMode | null): Promise<void> {
  const answer = await fetch(`${world.sources.providerUrl}/v1/mode`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(mode),
  });
  expect(answer.status).toBe(200);
}

async function expectOneCharge(orders: readonly PlacedOrder[]): Promise<void> {
  const charges = (await readLedger(world)).filter(({ type }) => type === 'charge');
  const counts = orders.map(({ orderId }) => charges.filter((charge) => charge.orderId === orderId).length);
  expect(new Set(counts)).toEqual(new Set([1]));
}

test('a provider that times out after the charge, fails, or tells first and five times is charged once an order', async () => {
  const tokens = [
    'tok_approve',
    'tok_timeout',
    'tok_approve',
    'tok_error',
    'tok_webhook_first',
    'tok_webhook_repeated',
  ];
  const placed = await startLoad(world, {
    perSecond: 20,
    seconds: 6,
    paymentTokenOf: (n) => tokens[n % tokens.length]!,
  }).done;
  await allEnded(world, placed);
  expect(await countWith(world, placed, 'OrderShipped')).toBe(placed.length);
  await expectOneCharge(placed);
  await world.expectClean();
}, 240_000);

test('a provider that is slow and then fails for all trips the breaker; each order is paid once when it is back', async () => {
  const load = startLoad(world, { perSecond: 30, seconds: 90 });
  await untilGrows(world, 'payments', evidence['capture-payment']);
  await setMode({ kind: 'slow' });
  await sleep(3000); // slow for a while
  const before = { open: await breakerChanges('open'), closed: await breakerChanges('closed') };
  await setMode({ kind: 'error' });
  await untilBreaker('open', before.open);
  const placed = await load.stop();
  expect(await breakerChanges('closed')).toBe(before.closed);
  await setMode(null);
  const backAt = performance.now();
  await untilBreaker('closed', before.closed);
  tell(`provider back: the breaker is closed again after ${seconds(performance.now() - backAt)}`);
  await allEnded(world, placed);
  tell(`all orders had ended ${seconds(performance.now() - backAt)} after it was back`);
  expect(await countWith(world, placed, 'OrderShipped')).toBe(placed.length);
  await expectOneCharge(placed);
  await world.expectClean();
}, 240_000);

/** How often the breaker around the provider has come into a state, in the process that charges. */
const breakerChanges = (state: BreakerState): Promise<number> =>
  metricOf(world, processOf('capture-payment'), 'meridian_breaker_changes_total', {
    target: 'payment',
    state,
  });

const processOf = (part: string): string => processGroups.find(({ parts }) => parts.includes(part))!.name;

const untilBreaker = (state: BreakerState, before: number): Promise<void> =>
  waitFor(`the breaker to be ${state}`, async () => (await breakerChanges(state)) > before, {
    timeoutMs: 60_000,
  });

test('a webhook that is posted five times more changes nothing', async () => {
  const order = await world.shop.place(nextOrder(world));
  await allEnded(world, [order]);
  const before = await paymentOf(order);
  const charge = (await readLedger(world)).find(
    ({ orderId, type }) => orderId === order.orderId && type === 'charge',
  );
  const { seq, at, orderId, chargeId, amountMinor } = charge!;
  const data = { orderId, chargeId, amountMinor };
  const body = JSON.stringify({ id: `evt_${seq}`, type: 'charge.succeeded', createdAt: at, data });
  const signature = signWebhook(body, world.stack.paymentWebhookSecret, Date.now());
  const statuses = await Promise.all(Array.from({ length: 5 }, () => postWebhook(body, signature)));
  expect(statuses).toEqual([204, 204, 204, 204, 204]);
  expect(await postWebhook(body.replace(`${amountMinor}`, `${amountMinor + 1}`), signature)).toBe(401);
  expect(await paymentOf(order)).toEqual(before);
  expect(before).toMatchObject({ status: 'captured', capturedMinor: order.totalMinor });
  await world.expectClean();
}, 120_000);

test('the same webhook five times before the answer to the charge is one capture', async () => {
  const before = await webhooksAnswered();
  const placed = await startLoad(world, {
    perSecond: 10,
    seconds: 2,
    paymentTokenOf: () => 'tok_webhook_flood',
  }).done;
  await allEnded(world, placed);
  expect((await webhooksAnswered()) - before).toBeGreaterThanOrEqual(5 * placed.length);
  expect(await countWith(world, placed, 'OrderShipped')).toBe(placed.length);
  const { rows } = await world.sources.postgres.query<{ types: string; count: number }>(
    `select types, count(*)::int from (
       select string_agg(type, ' ' order by version) as types from payment.events
       where stream_id = any($1) group by stream_id
     ) streams group by types`,
    [placed.map(({ orderId }) => orderId)],
  );
  const types = 'PaymentRequested PaymentAuthorized PaymentCaptured';
  expect(rows).toEqual([{ types, count: placed.length }]);
  await expectOneCharge(placed);
  await world.expectClean();
}, 120_000);

/** How many webhooks the gateway has taken. */
const webhooksAnswered = (): Promise<number> =>
  metricOf(world, processOf('payment'), 'http_server_request_duration_count', {
    http_route: '/v1/webhooks/payment-provider',
    http_response_status_class: '2xx',
  });

test('a part that is given back in the console of the provider is in our books, and a return gives back the rest', async () => {
  const order = await world.shop.place(nextOrder(world));
  await allEnded(world, [order]);
  const unasked = () =>
    metricOf(world, processOf('advance-order'), 'meridian_refunds_unasked_total', {
      reason: 'refund-not-due',
    });
  const before = await unasked();
  const [{ chargeId } = {}] = (await readLedger(world)).filter(({ orderId }) => orderId === order.orderId);
  await refundInConsole({ orderId: order.orderId, chargeId, amountMinor: 1 });
  await waitFor('the platform to tell', async () => (await unasked()) === before + 1, { timeoutMs: 30_000 });
  expect(await paymentOf(order)).toMatchObject({ refundedMinor: 1, capturedMinor: order.totalMinor });

  const operator = { userId: order.userId, roles: ['operator'] };
  const { json } = await world.shop.call(operator, 'GET', `/v1/orders/${order.orderId}`);
  const { shipmentId } = orderResource.parse(json).shipment!;
  const delivered = { type: 'delivered', shipmentId, at: new Date().toISOString() };
  const carrierEvents = `/v1/shipments/${order.orderId}/carrier-events`;
  expect((await world.shop.call(operator, 'POST', carrierEvents, { body: delivered })).status).toBe(204);
  const refund = await world.shop.call(operator, 'POST', `/v1/payments/${order.orderId}/refund`);
  expect(refund.status).toBe(202);
  await allEnded(world, [order]);
  expect(await paymentOf(order)).toMatchObject({
    refundedMinor: order.totalMinor,
    refunds: [{ amountMinor: 1 }, { amountMinor: order.totalMinor - 1 }],
  });
  expect(await readMessages(world, [topics.deadLetterEvents.name])).toEqual([]);
  await world.expectClean();
}, 120_000);

/** What a person does there: the provider tells us by a webhook. */
async function refundInConsole(refund: object): Promise<void> {
  const answer = await fetch(`${world.sources.providerUrl}/v1/refunds`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${world.stack.paymentProviderKey}`,
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
    },
    body: JSON.stringify(refund),
  });
  expect(answer.status).toBe(201);
}

async function postWebhook(body: string, signature: string): Promise<number> {
  const { host, ports } = world.stack;
  const answer = await fetch(`http://${host}:${ports.gateway}/v1/webhooks/payment-provider`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'provider-signature': signature },
    body,
  });
  await answer.arrayBuffer();
  return answer.status;
}

async function paymentOf({ orderId, userId }: PlacedOrder): Promise<unknown> {
  return (await world.shop.call({ userId, roles: [] }, 'GET', `/v1/payments/${orderId}`)).json;
}
