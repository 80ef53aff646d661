import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultFraudPolicy as policy } from './policy.ts';
import { type FraudInput, scoreOrder } from './score.ts';

const ordinary: FraudInput = {
  totalMinor: 4_999,
  currency: 'EUR',
  ordersLastHour: 1,
  cardsLastDay: 1,
  shippingMatchesBilling: true,
  userId: 'u1',
  addressHash: 'a1',
};
const blocking = {
  ...policy,
  blocked: { userIds: new Set(['u1']), addressHashes: new Set(['a1']), deviceIds: new Set(['d1']) },
};
const signalsOf = (change: Partial<FraudInput>) => scoreOrder({ ...ordinary, ...change }, policy).signals;

describe('scoreOrder', () => {
  it('clears an ordinary order, and one with a single weak signal', () => {
    expect(scoreOrder(ordinary, policy)).toEqual({ score: 0, outcome: 'clear', signals: [] });
    expect(scoreOrder({ ...ordinary, shippingMatchesBilling: false }, policy).outcome).toBe('clear');
  });

  it('gives each signal from its threshold on', () => {
    expect(signalsOf({ ordersLastHour: 9 })).toEqual([]);
    expect(signalsOf({ ordersLastHour: 10 })).toEqual(['many-orders']);
    expect(signalsOf({ cardsLastDay: 4 })).toEqual(['many-cards']);
    expect(signalsOf({ totalMinor: 99_999 })).toEqual([]);
    expect(signalsOf({ totalMinor: 100_000 })).toEqual(['high-amount']);
    expect(signalsOf({ totalMinor: 500_000 })).toEqual(['very-high-amount']);
    expect(signalsOf({ currency: 'constructor' })).toEqual(['unknown-currency']);
  });

  it('sends two weak signals to a person, and rejects many', () => {
    const two = { ...ordinary, totalMinor: 100_000, shippingMatchesBilling: false };
    expect(scoreOrder(two, policy)).toMatchObject({ score: 40, outcome: 'review' });
    expect(scoreOrder({ ...two, ordersLastHour: 10, cardsLastDay: 4 }, policy).outcome).toBe('reject');
  });

  it('rejects a blocked party, and cuts the score at 100', () => {
    expect(scoreOrder({ ...ordinary, deviceId: 'd1' }, blocking)).toEqual({
      score: 100,
      outcome: 'reject',
      signals: ['blocked-user', 'blocked-address', 'blocked-device'],
    });
  });

  it('never scores lower when an order becomes more suspicious', () => {
    const count = fc.nat({ max: 20 });
    const amount = fc.nat({ max: 1_000_000 });
    fc.assert(
      fc.property(amount, amount, count, count, fc.boolean(), (totalMinor, more, orders, cards, matches) => {
        const input = { ...ordinary, totalMinor, ordersLastHour: orders, cardsLastDay: cards };
        const before = scoreOrder({ ...input, shippingMatchesBilling: matches }, policy);
        const after = scoreOrder(
          {
            ...input,
            totalMinor: totalMinor + more,
            ordersLastHour: orders + 1,
            shippingMatchesBilling: false,
          },
          policy,
        );
        expect(after.score).toBeGreaterThanOrEqual(before.score);
        expect(before.score >= 0 && after.score <= 100).toBe(true);
      }),
    );
  });
});
