import { expect, test } from 'vitest';
import { fold } from '../../../domain/decider.ts';
import type { OrderEvent } from '../../../domain/order/order-events.ts';
import { orderDecider } from '../../../domain/order/order.ts';
import { sampleEvents } from '../../../domain/order/order-samples.ts';
import type { PaymentEvent } from '../../../domain/payment/payment.ts';
import { createEffectCount } from './effects.ts';
import type { OrderFacts } from './order-facts.ts';

const { OrderPlaced, OrderConfirmed, OrderPaid, OrderCancelled, OrderRefundDue, OrderRefunded } =
  sampleEvents;
const { orderId, at: dueAt } = OrderPlaced;
const owed = [OrderPlaced, OrderConfirmed, OrderPaid, OrderCancelled, OrderRefundDue];
const [earlier, later] = ['2026-03-01T11:59:00.000Z', '2026-03-01T12:01:00.000Z'];

function refundsAt(at: string, ...amountsMinor: readonly number[]): readonly PaymentEvent[] {
  return amountsMinor.map((amountMinor, index) => {
    return { type: 'PaymentRefunded', orderId, at, currency: 'USD', refundId: `ref_${index}`, amountMinor };
  });
}

function versioned<Event>(events: readonly Event[]) {
  return events.map((event, index) => ({ version: index + 1, event, json: '' }));
}

/** What was lost by the consumers that move an order's money. */
function lostOf(
  orderEvents: readonly OrderEvent[],
  paymentEvents: readonly PaymentEvent[],
): readonly string[] {
  const empty = {
    mails: [],
    audited: new Map(),
    aggregated: new Set(),
    learned: new Set(),
    forgotten: new Set(),
  };
  const findings = createEffectCount().add({
    ...empty,
    orderId,
    due: true,
    orderEvents: versioned(orderEvents),
    order: fold(orderDecider, orderEvents),
    paymentEvents: versioned(paymentEvents),
    payment: { status: 'new' },
    shipment: { status: 'none' },
  } as Partial<OrderFacts> as OrderFacts);
  return findings
    .map(({ example }) => example.replace(`${orderId}: `, ''))
    .filter((text) => /^(advance-order|refund-payment) /.test(text));
}

const refundLost = `refund-payment lost OrderRefundDue ${orderId}/5`;
const unheard = (version: number) => `advance-order lost PaymentRefunded payment/${orderId}/${version}`;

test('a refund in parts that settled its order, and one of an order that is owed nothing, are heard', () => {
  expect(lostOf([...owed, OrderRefunded], refundsAt(later, 1000, 2000))).toEqual([]);
  expect(lostOf(owed.slice(0, 3), refundsAt(later, 1000))).toEqual([]);
});

test('a part that went back does not hide that the rest is lost', () => {
  for (const at of [earlier, later]) expect(lostOf(owed, refundsAt(at, 1000))).toEqual([refundLost]);
  expect(lostOf(owed, [])).toEqual([refundLost]);
});

test('of parts that come to what is due the last one has to settle the order', () => {
  expect(lostOf(owed, refundsAt(later, 1000, 2000))).toEqual([unheard(2)]);
  expect(lostOf(owed, refundsAt(dueAt, 3000))).toEqual([unheard(1)]);
});

test('what went back before it was due changes nothing by itself', () => {
  expect(lostOf(owed, refundsAt(earlier, 3000))).toEqual([]);
});
