import { afterAll, beforeAll, expect, test } from 'vitest';
import { createWebhookRecorder } from '../gateways/payment-webhooks.ts';
import { startPaymentProvider, type TestPaymentProvider } from '../scripts/testing/payment-provider.ts';
import { silentLogger } from '../scripts/testing/silent-logger.ts';
import { startWorkerHarness, type WorkerHarness } from '../scripts/testing/worker-harness.ts';
import { advanceOrder } from './advance-order.ts';
import { capturePayment } from './capture-payment.ts';
import { refundPayment } from './refund-payment.ts';

let harness: WorkerHarness;
let provider: TestPaymentProvider;
beforeAll(async () => {
  harness = await startWorkerHarness();
  provider = await startPaymentProvider();
}, 180_000);
afterAll(async () => {
  await provider?.close();
  await harness?.close();
}, 60_000);

/** Lets the workers do their part; none of them gives up an event. */
async function carryOn(): Promise<void> {
  const outside = { paymentProvider: provider.client };
  const all = [advanceOrder, capturePayment, refundPayment];
  const running = await Promise.all(all.map((worker) => harness.run(worker, outside)));
  await harness.carry(running);
  for (const { letters } of running) expect(letters).toEqual([]);
}

async function paidOrder() {
  const orderId = await harness.order(0, ['RecordStockReserved', 'RecordFraudCleared']);
  await carryOn();
  expect(await harness.orderOf(orderId)).toMatchObject({ status: 'paid' });
  const [charge] = await provider.client.find([orderId]);
  return { orderId, chargeId: charge!.chargeId };
}

/** Somebody gives money back in the provider's own console. */
async function giveBack(charge: { orderId: string; chargeId: string }, amountMinor: number) {
  const answer = await fetch(`${provider.baseUrl}/v1/refunds`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': `${charge.orderId}:console` },
    body: JSON.stringify({ ...charge, amountMinor }),
  });
  const { refundId } = (await answer.json()) as { refundId: string };
  return { ...charge, refundId, amountMinor };
}

/** The provider tells us. */
async function tell(data: Awaited<ReturnType<typeof giveBack>>) {
  const record = createWebhookRecorder({ ...harness.shared, ...harness.tools }, silentLogger);
  const createdAt = new Date().toISOString();
  const webhook = { id: `evt_${data.refundId}`, type: 'refund.succeeded', createdAt, data };
  expect(await record(webhook, undefined)).toMatchObject({ status: 204 });
}

async function refundAtProvider(charge: { orderId: string; chargeId: string }, amountMinor: number) {
  await tell(await giveBack(charge, amountMinor));
}

async function expectRefunded(orderId: string, refunds: readonly number[]): Promise<void> {
  expect(await harness.orderOf(orderId)).toMatchObject({ status: 'refunded', after: 'cancelled' });
  const payment = await harness.paymentOf(orderId);
  if (payment.status === 'new') throw new Error('there is no payment');
  expect([...payment.refunds.values()]).toEqual(refunds);
  expect(await provider.client.find([orderId])).toMatchObject([{ refundedMinor: 3000 }]);
}

test('a part that is given back at the provider is in our books, and the order goes on', async () => {
  const charge = await paidOrder();
  await refundAtProvider(charge, 1000);
  await carryOn();
  expect(await harness.orderOf(charge.orderId)).toMatchObject({ status: 'paid' });
  expect(await harness.paymentOf(charge.orderId)).toMatchObject({ status: 'captured', capturedMinor: 3000 });
});

test('when the order is cancelled later, the rest is given back', async () => {
  const charge = await paidOrder();
  await refundAtProvider(charge, 1000);
  await carryOn();
  await harness.cancel(charge.orderId);
  await carryOn();
  await expectRefunded(charge.orderId, [1000, 2000]);
});

test('a part that is given back while a cancelled order waits for its refund counts towards it', async () => {
  const charge = await paidOrder();
  await harness.cancel(charge.orderId);
  const waiting = await harness.published();
  await refundAtProvider(charge, 1000);
  await carryOn();
  expect(await harness.orderOf(charge.orderId)).toMatchObject({ status: 'cancelled' });
  const { deliver, letters } = await harness.run(refundPayment, { paymentProvider: provider.client });
  await deliver(waiting);
  await carryOn();
  await deliver(waiting);
  expect(letters).toEqual([]);
  await expectRefunded(charge.orderId, [1000, 2000]);
});

test('a refund that the provider refuses waits for the webhook of what went back before', async () => {
  const charge = await paidOrder();
  const given = await giveBack(charge, 1000);
  await harness.cancel(charge.orderId);
  const waiting = await harness.published();
  const { deliver, letters } = await harness.run(refundPayment, { paymentProvider: provider.client });
  await expect(deliver(waiting)).rejects.toMatchObject({ cause: { code: 'books-behind' } });
  expect(letters).toEqual([]);
  expect(await provider.client.find([charge.orderId])).toMatchObject([{ refundedMinor: 1000 }]);
  await tell(given);
  await deliver(waiting);
  await carryOn();
  expect(letters).toEqual([]);
  await expectRefunded(charge.orderId, [1000, 2000]);
});

test('a webhook that was lost holds up nobody: the refund is given up, and says why', async () => {
  const [charge, other] = [await paidOrder(), await paidOrder()];
  await giveBack(charge, 1000);
  await harness.cancel(charge.orderId, 2 * 60_000);
  await harness.cancel(other.orderId, 2 * 60_000);
  const { deliver, letters } = await harness.run(refundPayment, { paymentProvider: provider.client });
  await deliver(await harness.published());
  expect(letters.map(({ value }) => JSON.parse(value) as object)).toMatchObject([
    { key: charge.orderId, errorCode: 'books-behind' },
  ]);
  await carryOn();
  expect(await harness.orderOf(charge.orderId)).toMatchObject({ status: 'cancelled' });
  await expectRefunded(other.orderId, [3000]);
});
