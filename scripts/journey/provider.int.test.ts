import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signWebhook } from '../../adapters/payments/webhook-signature.ts';
import type { SimulatorMode } from '../../adapters/payments/simulator-mode.ts';
import { allEnded, countWith, evidence, seconds, tell, untilGrows } from './conditions.ts';
import { nextOrder, startLoad } from './load.ts';
import { readLedger } from './provider-books.ts';
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
  await setMode({ kind: 'error' });
  await sleep(4000); // and then down for a while
  await setMode(null);
  const backAt = performance.now();
  await untilGrows(world, 'payments', evidence['capture-payment']);
  const placed = await load.stop();
  await allEnded(world, placed);
  tell(
    `provider down for 4 s: all orders had ended ${seconds(performance.now() - backAt)} after it was back`,
  );
  expect(await countWith(world, placed, 'OrderShipped')).toBe(placed.length);
  await expectOneCharge(placed);
  await world.expectClean();
}, 240_000);

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
