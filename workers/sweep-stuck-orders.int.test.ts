import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createHttpPaymentProvider } from '../adapters/payments/http-provider.ts';
import { sampleCommands } from '../domain/order/order-samples.ts';
import { chargeCommands, type PaymentCommand } from '../domain/payment/payment.ts';
import { decideAll } from '../platform/decide-all.ts';
import type { PaymentProvider } from '../platform/ports/payment-provider.ts';
import { paymentStream } from '../platform/streams/payment-stream.ts';
import { startPaymentProvider, type TestPaymentProvider } from '../scripts/testing/payment-provider.ts';
import { customer, startWorkerHarness, type WorkerHarness } from '../scripts/testing/worker-harness.ts';
import { advanceOrder } from './advance-order.ts';
import { sweepStuckOrders } from './sweep-stuck-orders.ts';

const overdue = 2 * 60 * 60_000;
const confirmed = ['RecordStockReserved', 'RecordFraudCleared'] as const;
const totalMinor = 3000;

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
  await harness.pool.query('delete from orders.sagas');
  await harness.published();
});

function sweep(own: PaymentProvider = paymentProvider): Promise<void> {
  return sweepStuckOrders.run({
    ...harness.shared,
    ...harness.tools,
    paymentProvider: own,
    now: new Date(),
    transaction: () => Promise.reject(new Error('not used')),
    beat: () => undefined,
  });
}

/** A confirmed order whose intent is recorded, and what the provider charged for it. */
async function confirmedOrder(chargedMinor?: number): Promise<string> {
  const orderId = await harness.order(overdue, confirmed);
  const request = { orderId, userId: customer, at: new Date().toISOString(), currency: 'USD' };
  await decideAll(
    harness.shared.payments,
    paymentStream,
    [{ command: { type: 'RequestPayment', ...request, amountMinor: totalMinor } }],
    harness.tools.partitions,
  );
  if (chargedMinor !== undefined) {
    const charge = { orderId, amountMinor: chargedMinor, currency: 'USD', paymentToken: 'tok_approve' };
    expect(await paymentProvider.capture(charge)).toMatchObject({ outcome: 'captured' });
  }
  return orderId;
}

async function parked(): Promise<ReadonlyMap<string, string | undefined>> {
  const sagas = await harness.shared.sagas.parked(100);
  return new Map(sagas.map(({ orderId, parkedReason }) => [orderId, parkedReason]));
}

const statusOf = async (orderId: string): Promise<string> => (await harness.orderOf(orderId)).status;
const paymentStatusOf = async (orderId: string): Promise<string> => (await harness.paymentOf(orderId)).status;

test('an order whose charge cannot be applied is parked, and those beside it are settled', async () => {
  const wrong = await confirmedOrder(totalMinor + 1);
  const [charged, uncharged] = [await confirmedOrder(totalMinor), await confirmedOrder()];
  await sweep();
  expect(await parked()).toEqual(new Map([[wrong, 'charge-not-applied']]));
  expect(await statusOf(wrong)).toBe('confirmed');
  expect(await paymentStatusOf(wrong)).toBe('requested');
  expect(await statusOf(uncharged)).toBe('cancelled');
  await harness.carry([await harness.run(advanceOrder)]);
  expect(await statusOf(charged)).toBe('paid');

  // The parked one is out of the next run's way.
  const later = await confirmedOrder();
  await sweep();
  expect(await statusOf(later)).toBe('cancelled');
  expect(await parked()).toEqual(new Map([[wrong, 'charge-not-applied']]));
});

test('a charge that is recorded and did not reach its order is parked', async () => {
  const orderId = await confirmedOrder(totalMinor);
  await sweep();
  await harness.published(); // lost on the way
  expect(await parked()).toEqual(new Map());
  await sweep();
  expect(await parked()).toEqual(new Map([[orderId, 'charge-not-applied']]));
});

/** A cancelled order that is owed its money, some of which went back before. */
async function owedOrder(refunds: readonly number[]): Promise<string> {
  const orderId = await harness.order(overdue, [...confirmed, 'RecordPaymentCaptured', 'CancelOrder']);
  const facts = { orderId, at: new Date().toISOString() };
  const charge = { chargeId: sampleCommands.RecordPaymentCaptured.paymentId, amountMinor: totalMinor };
  const commands: readonly PaymentCommand[] = [
    { type: 'RequestPayment', ...facts, userId: customer, currency: 'USD', amountMinor: totalMinor },
    ...chargeCommands(orderId, facts.at, charge),
    ...refunds.map((amountMinor, index) => {
      return { type: 'RefundPayment', ...facts, refundId: `ref_${index + 1}`, amountMinor } as const;
    }),
  ];
  const requests = commands.map((command) => ({ command }));
  await decideAll(harness.shared.payments, paymentStream, requests, harness.tools.partitions);
  return orderId;
}

test('an order whose money went back before it was due is refunded, and one that lacks a part is parked', async () => {
  const whole = await owedOrder([1000, 2000]);
  const part = await owedOrder([1000]);
  await harness.published();
  await sweep();
  expect(await harness.orderOf(whole)).toMatchObject({ status: 'refunded', after: 'cancelled' });
  expect(await statusOf(part)).toBe('cancelled');
  expect(await parked()).toEqual(new Map([[part, 'refund-outstanding']]));
  const told = await harness.published();
  expect(told.map(({ key, type }) => ({ key, type }))).toEqual([{ key: whole, type: 'OrderRefunded' }]);
  expect(JSON.parse(told[0]!.value!.toString())).toMatchObject({
    refundId: 'ref_2',
    amountMinor: totalMinor,
  });
});

test('while the provider is away all other kinds of orders are looked after', async () => {
  const placed = await harness.order(overdue, []);
  const paid = await harness.order(overdue, [...confirmed, 'RecordPaymentCaptured']);
  const owed = await harness.order(overdue, [...confirmed, 'RecordPaymentCaptured', 'CancelOrder']);
  const [charged, uncharged] = [await confirmedOrder(totalMinor), await confirmedOrder()];
  const away = createHttpPaymentProvider({ baseUrl: 'http://127.0.0.1:1' });
  await expect(sweep(away)).rejects.toMatchObject({ code: 'payment-provider-unreachable' });
  await away.close();
  expect(await statusOf(placed)).toBe('cancelled');
  const outstanding = new Map([
    [paid, 'not-shipped'],
    [owed, 'refund-outstanding'],
  ]);
  expect(await parked()).toEqual(outstanding);
  expect([await statusOf(charged), await statusOf(uncharged)]).toEqual(['confirmed', 'confirmed']);

  await sweep();
  expect(await parked()).toEqual(outstanding);
  expect(await statusOf(uncharged)).toBe('cancelled');
  expect(await paymentStatusOf(charged)).toBe('captured');
});
