import { expect, test } from 'vitest';
import { modeOfToken } from '../../adapters/payments/simulator-mode.ts';
import { planOrders, type SampleOrder } from './plan.ts';

const world = {
  userIds: ['ada', 'ben', 'chloe'],
  blockedUserId: 'mallory',
  skus: Array.from({ length: 40 }, (_, n) => `sku-${n}`),
  scarceSku: 'scarce',
};
const plan = planOrders(50, world);
const labelled = (label: string): readonly SampleOrder[] => plan.filter((order) => order.label === label);

test('the plan holds each trouble that the table names, and is mostly plain orders', () => {
  const counts = Object.fromEntries(
    [...Map.groupBy(plan, ({ label }) => label)].map(([label, orders]) => [label, orders.length]),
  );
  expect(counts).toEqual({
    plain: 34,
    'no stock': 2,
    'card declined': 2,
    'blocked user': 2,
    cancelled: 2,
    'provider times out': 2,
    'provider fails twice': 2,
    'webhook repeated': 2,
    'webhook first': 2,
  });
});

test('what is meant to become of an order follows from how it is placed', () => {
  for (const order of plan) {
    const { userId, lines, paymentToken, cancel } = order;
    const expected = lines.some(({ sku }) => sku === world.scarceSku)
      ? 'rejected: out-of-stock'
      : paymentToken === 'tok_declined'
        ? 'rejected: payment-declined'
        : userId === world.blockedUserId
          ? 'rejected: fraud-suspected'
          : cancel
            ? 'cancelled'
            : 'shipped';
    expect(order).toMatchObject({ expected });
  }
});

test('an order has one trouble alone, and the provider knows its token', () => {
  expect(labelled('no stock').map(({ lines }) => lines)).toEqual([
    [{ sku: 'scarce', quantity: 50 }],
    [{ sku: 'scarce', quantity: 50 }],
  ]);
  for (const order of plan) {
    const troubles = [
      order.userId === world.blockedUserId,
      order.cancel,
      order.lines[0]?.sku === world.scarceSku,
      !order.cancel && order.paymentToken !== 'tok_approve',
    ].filter(Boolean).length;
    expect(troubles).toBe(order.label === 'plain' ? 0 : 1);
    expect(modeOfToken(order.paymentToken)).toBeDefined();
  }
  // The slow provider leaves the time to cancel.
  expect(labelled('cancelled').map(({ paymentToken }) => paymentToken)).toEqual(['tok_slow', 'tok_slow']);
});

test('users and goods take turns, no order names one twice, and the plan is the same each time', () => {
  expect(new Set(plan.map(({ userId }) => userId))).toEqual(new Set([...world.userIds, 'mallory']));
  for (const { lines } of plan) expect(new Set(lines.map(({ sku }) => sku)).size).toBe(lines.length);
  expect(planOrders(50, world)).toEqual(plan);
});
