import type { RegionRates } from './rates.ts';

/** A cart line: the unit price in minor units, the weight of one unit in grams. */
export type CartLine = {
  readonly sku: string;
  readonly quantity: number;
  readonly unitPriceMinor: number;
  readonly currency: string;
  readonly unitGrams: number;
};

/** `usesLeft` is what the caller still has of a limited promotion; leave it out where there is no limit. */
export type Promotion = { readonly promotionId: string; readonly usesLeft?: number } & (
  | { readonly kind: 'percent'; readonly basisPoints: number }
  | { readonly kind: 'fixed'; readonly amountMinor: number; readonly currency: string }
);

export type PricedCart = {
  readonly currency: string;
  readonly lines: readonly (CartLine & { readonly lineTotalMinor: number })[];
  readonly subtotalMinor: number;
  readonly discounts: readonly { readonly promotionId: string; readonly amountMinor: number }[];
  readonly discountMinor: number;
  readonly taxMinor: number;
  readonly shippingMinor: number;
  readonly totalMinor: number;
};

export type PricingRejection =
  | 'cart-empty'
  | 'quantity-invalid'
  | 'price-invalid'
  | 'weight-invalid'
  | 'mixed-currencies'
  | 'unknown-region'
  | 'promotion-invalid'
  | 'promotion-repeated'
  | 'promotion-used-up'
  | 'amount-overflow';

export type Pricing =
  | { readonly accepted: true; readonly cart: PricedCart }
  | { readonly accepted: false; readonly reason: PricingRejection };

/**
 * Prices a cart: `total = subtotal - discounts + tax + shipping`. Promotions apply in the order given, each to what the
 * ones before it left, never below zero; tax is on the discounted goods; shipping is free from the region's threshold.
 */
export function priceCart(
  lines: readonly CartLine[],
  promotions: readonly Promotion[],
  region: string,
  rates: Readonly<Record<string, RegionRates>>,
): Pricing {
  const rate = Object.hasOwn(rates, region) ? rates[region] : undefined;
  if (!rate) return { accepted: false, reason: 'unknown-region' };
  const { currency } = rate;
  const reason = problemOfLines(lines, currency) ?? problemOfPromotions(promotions, currency);
  if (reason) return { accepted: false, reason };

  // bigint throughout: a product of two safe integers may not be safe; only the results are numbers
  const lineTotals = lines.map((line) => BigInt(line.unitPriceMinor) * BigInt(line.quantity));
  const subtotal = lineTotals.reduce((sum, lineTotal) => sum + lineTotal, 0n);
  let goods = subtotal;
  const discounts = promotions.map((promotion) => {
    const amount = discountOf(promotion, goods);
    goods -= amount;
    return { promotionId: promotion.promotionId, amountMinor: Number(amount) };
  });
  const tax = basisPointsOf(goods, rate.taxBasisPoints);
  const shipping = shippingOf(lines, goods, rate);
  const total = goods + tax + shipping;
  // the two largest figures: discounts and every line are parts of the subtotal, tax and shipping of the total
  if (subtotal > Number.MAX_SAFE_INTEGER || total > Number.MAX_SAFE_INTEGER)
    return { accepted: false, reason: 'amount-overflow' };
  const cart: PricedCart = {
    currency,
    lines: lines.map((line, index) => ({ ...line, lineTotalMinor: Number(lineTotals[index]) })),
    subtotalMinor: Number(subtotal),
    discounts,
    discountMinor: Number(subtotal - goods),
    taxMinor: Number(tax),
    shippingMinor: Number(shipping),
    totalMinor: Number(total),
  };
  return { accepted: true, cart };
}

/** `amount × basisPoints / 10 000`, halves rounded to the even neighbour; the amount is not negative. */
export function basisPointsOf(amount: bigint, basisPoints: number): bigint {
  const scaled = amount * BigInt(basisPoints);
  const quotient = scaled / 10_000n;
  const rest = scaled % 10_000n;
  const up = rest > 5_000n || (rest === 5_000n && quotient % 2n === 1n);
  return up ? quotient + 1n : quotient;
}

function discountOf(promotion: Promotion, goods: bigint): bigint {
  if (promotion.kind === 'percent') return basisPointsOf(goods, promotion.basisPoints);
  const amount = BigInt(promotion.amountMinor);
  return amount < goods ? amount : goods;
}

function shippingOf(lines: readonly CartLine[], goods: bigint, { shipping }: RegionRates): bigint {
  if (goods >= BigInt(shipping.freeFromMinor)) return 0n;
  const grams = lines.reduce((sum, line) => sum + BigInt(line.unitGrams) * BigInt(line.quantity), 0n);
  const startedKilograms = (grams + 999n) / 1000n;
  return BigInt(shipping.baseMinor) + startedKilograms * BigInt(shipping.perStartedKilogramMinor);
}

function problemOfLines(lines: readonly CartLine[], currency: string): PricingRejection | undefined {
  if (lines.length === 0) return 'cart-empty';
  for (const line of lines) {
    if (!Number.isInteger(line.quantity) || line.quantity < 1 || line.quantity > 1000)
      return 'quantity-invalid';
    if (!Number.isSafeInteger(line.unitPriceMinor) || line.unitPriceMinor < 0) return 'price-invalid';
    if (!Number.isSafeInteger(line.unitGrams) || line.unitGrams < 0) return 'weight-invalid';
    if (line.currency !== currency) return 'mixed-currencies';
  }
  return undefined;
}

function problemOfPromotions(
  promotions: readonly Promotion[],
  currency: string,
): PricingRejection | undefined {
  const seen = new Set<string>();
  for (const promotion of promotions) {
    if (seen.has(promotion.promotionId)) return 'promotion-repeated';
    seen.add(promotion.promotionId);
    if (promotion.usesLeft !== undefined && !(promotion.usesLeft > 0)) return 'promotion-used-up';
    const value = promotion.kind === 'percent' ? promotion.basisPoints : promotion.amountMinor;
    if (!Number.isSafeInteger(value) || value < 0) return 'promotion-invalid';
    if (promotion.kind === 'percent' && value > 10_000) return 'promotion-invalid';
    if (promotion.kind === 'fixed' && promotion.currency !== currency) return 'mixed-currencies';
  }
  return undefined;
}
