import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { orderEvents } from '../../contracts/order-events.ts';
import { deliveries } from './histories.fixture.ts';
import { foldHistory } from './order-summary.ts';

const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
const placed = {
  version: 1,
  type: 'OrderPlaced',
  at: at(1),
  data: {
    currency: 'EUR',
    totalMinor: 500,
    lines: [{ sku: 'a', category: 'shoes', quantity: 2, unitPriceMinor: 250 }],
    paymentToken: 'tok_1',
  },
};
const fold = (types: readonly string[]) =>
  foldHistory({
    orderId: 'o',
    userId: 'u',
    events: [
      placed,
      ...types.map((type, index) => ({ version: index + 2, type, at: at(index + 2), data: {} })),
    ],
  });

describe('the summary of an order', () => {
  test('says what was placed and each step, and nothing of the payment', () => {
    expect(fold(['OrderStockReserved', 'OrderConfirmed'])).toEqual({
      orderId: 'o',
      userId: 'u',
      createdAt: at(1),
      status: 'confirmed',
      version: 3,
      currency: 'EUR',
      totalMinor: 500,
      lines: [{ sku: 'a', quantity: 2 }],
      steps: [
        { type: 'OrderPlaced', at: at(1), version: 1 },
        { type: 'OrderStockReserved', at: at(2), version: 2 },
        { type: 'OrderConfirmed', at: at(3), version: 3 },
      ],
    });
  });

  test.each([
    [[], 'placed'],
    [['OrderStockReserved', 'OrderHeldForReview'], 'placed'],
    [['OrderRejected'], 'rejected'],
    [['OrderConfirmed', 'OrderPaid'], 'paid'],
    [['OrderPaid', 'OrderShipped', 'OrderDelivered'], 'delivered'],
    [['OrderPaid', 'OrderCancelled', 'OrderRefundDue'], 'cancelled'],
    [['OrderPaid', 'OrderCancelled', 'OrderRefundDue', 'OrderRefunded'], 'refunded'],
    [['OrderPaid', 'OrderShipped', 'OrderDelivered', 'OrderReturned'], 'returned'],
  ])('after %j it is %s', (types, status) => {
    expect(types.filter((type) => !(type in orderEvents))).toEqual([]);
    expect(fold(types)?.status).toBe(status);
  });

  test('is not there before the order is', () => {
    const events = [{ version: 2, type: 'OrderPaid', at: at(2), data: {} }];
    expect(foldHistory({ orderId: 'o', userId: 'u', events })).toBeUndefined();
  });

  test('is the same whatever the order and repeats of the events', () => {
    fc.assert(
      fc.property(deliveries, ({ events, batches }) => {
        const about = { orderId: 'o', userId: 'u' };
        const expected = foldHistory({ ...about, events });
        expect(foldHistory({ ...about, events: batches.flat() })).toEqual(expected);
      }),
    );
  });
});
