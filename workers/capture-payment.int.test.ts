import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createHttpPaymentProvider } from '../adapters/payments/http-provider.ts';
import type { SimulatorMode } from '../adapters/payments/simulator-mode.ts';
import { createWebhookRecorder } from '../gateways/payment-webhooks.ts';
import type { ReceivedMessage } from '../platform/ports/messages.ts';
import type { EventStore } from '../platform/ports/event-store.ts';
import { startPaymentProvider, type TestPaymentProvider } from '../scripts/testing/payment-provider.ts';
import { silentLogger } from '../scripts/testing/silent-logger.ts';
import { startWorkerHarness, type Receiver, type WorkerHarness } from '../scripts/testing/worker-harness.ts';
import { advanceOrder } from './advance-order.ts';
import { capturePayment } from './capture-payment.ts';
import { refundPayment } from './refund-payment.ts';

const confirmed = ['RecordStockReserved', 'RecordFraudCleared'] as const;
/** An event that waited, and one that did not. */
const [stale, young] = [60_000, 0];

let harness: WorkerHarness;
let provider: TestPaymentProvider;
let paymentProvider: TestPaymentProvider['client'];

beforeAll(async () => {
  harness = await startWorkerHarness();
  provider = await startPaymentProvider();
  paymentProvider = provider.client;
}, 180_000);
afterAll(async () => {
  await provider?.close();
  await harness?.close();
}, 60_000);

beforeEach(async () => {
  await setMode(null);
  await harness.published();
});

async function setMode(mode: SimulatorMode | null): Promise<void> {
  const body = JSON.stringify(mode);
  await fetch(`${provider.baseUrl}/v1/mode`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body,
  });
}

/** The worker without retries, and how many streams of orders its reads asked for. */
async function start() {
  const reads: number[] = [];
  const orders: EventStore = {
    ...harness.shared.orders,
    read(keys) {
      reads.push(keys.length);
      return harness.shared.orders.read(keys);
    },
  };
  const worker = { ...capturePayment, retry: { attempts: 1, firstDelayMs: 1 } };
  return { reads, ...(await harness.run(worker, { paymentProvider, orders })) };
}

const typed = (messages: readonly ReceivedMessage[], wanted: string): readonly ReceivedMessage[] =>
  messages.filter(({ type }) => type === wanted);

/** Lets the process manager and the refunds do their part. */
async function finish(...also: readonly Receiver[]) {
  const others = [await harness.run(advanceOrder), await harness.run(refundPayment, { paymentProvider })];
  await harness.carry([...also, ...others]);
  for (const { letters } of others) expect(letters).toEqual([]);
}

async function expectRefunded(orderId: string): Promise<void> {
  expect(await harness.orderOf(orderId)).toMatchObject({ status: 'refunded', after: 'cancelled' });
  const payment = await harness.paymentOf(orderId);
  expect(payment).toMatchObject({ status: 'captured', capturedMinor: 3000 });
  const charges = await paymentProvider.find([orderId]);
  expect(charges).toMatchObject([{ amountMinor: 3000, refundedMinor: 3000 }]);
}

test('of the orders that waited for the provider, those cancelled meanwhile are not charged', async () => {
  const [kept, given] = [await harness.order(stale, confirmed), await harness.order(stale, confirmed)];
  const waiting = await harness.published();
  const { deliver, letters, reads } = await start();
  await setMode({ kind: 'error' });
  await expect(deliver(waiting)).rejects.toMatchObject({ code: 'outcome-unknown' });

  await harness.cancel(given);
  await setMode(null);
  reads.length = 0;
  await deliver(waiting);
  expect(reads).toEqual([2]);
  expect(await paymentProvider.find([kept, given])).toMatchObject([{ orderId: kept, refundedMinor: 0 }]);
  await finish({ deliver });
  expect(letters).toEqual([]);
  expect(await paymentProvider.find([given])).toEqual([]);
  expect(await harness.orderOf(kept)).toMatchObject({ status: 'paid' });
  expect(await harness.orderOf(given)).toMatchObject({ status: 'cancelled', refundDue: undefined });
  // Not voided: a charge that comes to light later is still taken, and given back.
  expect(await harness.paymentOf(given)).toMatchObject({ status: 'requested' });
});

test('an old event that is read again for an order that was cancelled before it was charged changes nothing', async () => {
  const orderId = await harness.order(stale, confirmed);
  await harness.cancel(orderId);
  const both = await harness.published();
  const { deliver, letters } = await start();
  await deliver(both);
  expect(await harness.paymentOf(orderId)).toMatchObject({ status: 'new' });
  // Another batch, as after a rebalance: the cancellation is not beside it.
  await deliver(typed(both, 'OrderConfirmed'));
  expect(await harness.paymentOf(orderId)).toMatchObject({ status: 'new' });
  expect(letters).toEqual([]);
});

test('an event that is handled in time reads no order', async () => {
  const orderId = await harness.order(young, confirmed);
  const { deliver, reads } = await start();
  await deliver(await harness.published());
  expect(reads).toEqual([]);
  expect(await harness.paymentOf(orderId)).toMatchObject({ status: 'captured' });
});

test('a charge whose order is cancelled right after the look at it is given back', async () => {
  const orderId = await harness.order(young, confirmed);
  const before = await harness.published();
  await harness.cancel(orderId);
  const { deliver, letters } = await start();
  await deliver(before);
  await finish({ deliver });
  expect(letters).toEqual([]);
  await expectRefunded(orderId);
});

/** The provider has charged, and its answer was lost: the payment knows the intent alone. */
async function chargeWithoutAnswer(ageMs: number) {
  const orderId = await harness.order(ageMs, confirmed, 'tok_timeout');
  const confirmation = typed(await harness.published(), 'OrderConfirmed');
  const worker = await start();
  await expect(worker.deliver(confirmation)).rejects.toMatchObject({ code: 'outcome-unknown' });
  expect(await harness.paymentOf(orderId)).toMatchObject({ status: 'requested' });
  expect(await paymentProvider.find([orderId])).toHaveLength(1);
  await harness.cancel(orderId);
  const cancellation = typed(await harness.published(), 'OrderCancelled');
  return { orderId, confirmation, cancellation, worker };
}

test.each([
  ['the cancellation alone', false],
  ['both in one batch', true],
])('a charge that was never recorded comes to light with %s, and is refunded', async (_what, both) => {
  const { orderId, confirmation, cancellation, worker } = await chargeWithoutAnswer(young);
  await worker.deliver(both ? [...confirmation, ...cancellation] : cancellation);
  expect(await harness.paymentOf(orderId)).toMatchObject({ status: 'captured' });
  await finish(worker);
  expect(worker.letters).toEqual([]);
  await expectRefunded(orderId);
});

test('a charge that was made after the cancellation was handled comes to light with the stale event', async () => {
  const { orderId, confirmation, worker } = await chargeWithoutAnswer(stale);
  await worker.deliver(confirmation);
  await finish(worker);
  expect(worker.letters).toEqual([]);
  await expectRefunded(orderId);
});

test('a charge that the provider makes after all was handled is taken by its webhook, and given back', async () => {
  const orderId = await harness.order(young, confirmed);
  const confirmation = await harness.published();
  const worker = await start();
  await setMode({ kind: 'error' });
  await expect(worker.deliver(confirmation)).rejects.toMatchObject({ code: 'outcome-unknown' });
  await setMode(null);
  await harness.cancel(orderId);
  await finish(worker);
  expect(await harness.paymentOf(orderId)).toMatchObject({ status: 'requested' });

  // The request was on its way all the time.
  const charge = { orderId, amountMinor: 3000, currency: 'USD' };
  const result = await paymentProvider.capture({ ...charge, paymentToken: 'tok_approve' });
  const createdAt = new Date().toISOString();
  const record = createWebhookRecorder({ ...harness.shared, ...harness.tools }, silentLogger);
  const webhook = { id: 'evt_1', type: 'charge.succeeded', createdAt, data: { ...charge, ...result } };
  expect(await record(webhook, undefined)).toMatchObject({ status: 204 });
  await finish(worker);
  expect(worker.letters).toEqual([]);
  await expectRefunded(orderId);
});

test('while the provider does not say what it took, a cancellation waits', async () => {
  const { orderId, cancellation, worker } = await chargeWithoutAnswer(young);
  const away = createHttpPaymentProvider({ baseUrl: 'http://127.0.0.1:1' });
  const cutOff = await harness.run(
    { ...capturePayment, retry: { attempts: 1, firstDelayMs: 1 } },
    { paymentProvider: away },
  );
  await expect(cutOff.deliver(cancellation)).rejects.toMatchObject({ code: 'payment-provider-unreachable' });
  expect(cutOff.letters).toEqual([]);
  await away.close();
  await worker.deliver(cancellation);
  await finish(worker);
  await expectRefunded(orderId);
});
