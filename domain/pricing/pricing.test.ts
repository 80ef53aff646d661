import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CartLine, type Promotion, basisPointsOf, priceCart } from './pricing.ts';
import { regionRates } from './rates.ts';

const line = (change: Partial<CartLine> = {}): CartLine => ({
  sku: 'a',
  quantity: 1,
  unitPriceMinor: 1000,
  currency: 'EUR',
  unitGrams: 500,
  ...change,
});
const price = (lines: CartLine[], promotions: Promotion[] = [], region = 'eu-central') =>
  priceCart(lines, promotions, region, regionRates);
const tenPercent: Promotion = { promotionId: 'p10', kind: 'percent', basisPoints: 1000 };
const fiveEuro: Promotion = { promotionId: 'f5', kind: 'fixed', amountMinor: 500, currency: 'EUR' };
const sum = (numbers: number[]) => numbers.reduce((total, n) => total + n, 0);

describe('priceCart', () => {
  it('adds lines, discounts in their order, tax and shipping', () => {
    expect(price([line({ quantity: 3 })], [tenPercent, fiveEuro])).toMatchObject({
      accepted: true,
      cart: {
        subtotalMinor: 3000,
        discounts: [
          { promotionId: 'p10', amountMinor: 300 },
          { promotionId: 'f5', amountMinor: 500 },
        ],
        discountMinor: 800,
        taxMinor: 418,
        shippingMinor: 650, // 1.5 kg are two started kilograms
        totalMinor: 3268,
      },
    });
  });

  it('ships free from the threshold on, counted after discounts', () => {
    const lines = [line({ unitPriceMinor: 4_900 })];
    expect(price(lines)).toMatchObject({ cart: { shippingMinor: 0 } });
    expect(price(lines, [tenPercent])).toMatchObject({ cart: { shippingMinor: 570 } });
  });

  it('rounds halves to even', () => {
    expect([50n, 150n, 250n, 51n].map((amount) => basisPointsOf(amount, 100))).toEqual([0n, 2n, 2n, 1n]);
  });

  it.each([
    ['cart-empty', price([])],
    ['quantity-invalid', price([line({ quantity: 0 })])],
    ['quantity-invalid', price([line({ quantity: 1001 })])],
    ['quantity-invalid', price([line({ quantity: 1.5 })])],
    ['price-invalid', price([line({ unitPriceMinor: -1 })])],
    ['weight-invalid', price([line({ unitGrams: NaN })])],
    ['mixed-currencies', price([line(), line({ currency: 'USD' })])],
    ['mixed-currencies', price([line()], [{ ...fiveEuro, currency: 'USD' }])],
    ['unknown-region', price([line()], [], 'constructor')],
    ['promotion-invalid', price([line()], [{ ...tenPercent, basisPoints: 10_001 }])],
    ['promotion-repeated', price([line()], [tenPercent, tenPercent])],
    ['promotion-used-up', price([line()], [{ ...tenPercent, usesLeft: 0 }])],
    ['amount-overflow', price([line({ unitPriceMinor: Number.MAX_SAFE_INTEGER })])],
  ])('refuses with %s', (reason, pricing) => {
    expect(pricing).toEqual({ accepted: false, reason });
  });

  it('keeps total = subtotal - discounts + tax + shipping in safe integers, or refuses', () => {
    const amount = fc.oneof(fc.nat({ max: 10_000 }), fc.maxSafeNat());
    const anyLine = fc
      .record({ quantity: fc.integer({ min: 1, max: 1000 }), unitPriceMinor: amount, unitGrams: amount })
      .map(line);
    const anyPromotions = fc.tuple(fc.nat({ max: 10_000 }), amount).map(([basisPoints, amountMinor]) => [
      { ...tenPercent, basisPoints },
      { ...fiveEuro, amountMinor },
    ]);
    fc.assert(
      fc.property(fc.array(anyLine, { minLength: 1, maxLength: 5 }), anyPromotions, (lines, promotions) => {
        const pricing = price(lines, promotions);
        if (!pricing.accepted) {
          expect(pricing.reason).toBe('amount-overflow');
          return;
        }
        const { lines: priced, discounts, ...cart } = pricing.cart;
        expect(cart.subtotalMinor).toBe(sum(priced.map((one) => one.lineTotalMinor)));
        expect(cart.discountMinor).toBe(sum(discounts.map((one) => one.amountMinor)));
        expect(cart.discountMinor).toBeLessThanOrEqual(cart.subtotalMinor);
        const { subtotalMinor, discountMinor, taxMinor, shippingMinor, totalMinor } = cart;
        expect(totalMinor).toBe(subtotalMinor - discountMinor + taxMinor + shippingMinor);
        expect(Number.isSafeInteger(totalMinor) && taxMinor >= 0 && shippingMinor >= 0).toBe(true);
      }),
    );
  });
});
