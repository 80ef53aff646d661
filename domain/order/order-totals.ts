import { addMinor, multiplyMinor } from '../money.ts';
import type { CategoryTotal, OrderLine, OrderTerms } from './order-events.ts';

export type TermsProblem =
  'order-empty' | 'quantity-invalid' | 'price-invalid' | 'total-mismatch' | 'amount-out-of-range';

/** Checks that an order's total follows from its lines; a total is recomputed, never believed. */
export function checkTerms(terms: OrderTerms): TermsProblem | undefined {
  if (terms.lines.length === 0) return 'order-empty';
  if (!terms.lines.every(({ quantity }) => Number.isSafeInteger(quantity) && quantity > 0)) {
    return 'quantity-invalid';
  }
  const { discountMinor, shippingMinor, taxMinor } = terms;
  const prices = [...terms.lines.map((line) => line.unitPriceMinor), discountMinor, shippingMinor, taxMinor];
  if (!prices.every((price) => Number.isSafeInteger(price) && price >= 0)) return 'price-invalid';

  const merchandise = sumLines(terms.lines);
  if (merchandise === undefined) return 'amount-out-of-range';
  const total = addMinor(merchandise, -discountMinor, shippingMinor, taxMinor);
  if (!total.ok) return 'amount-out-of-range';
  if (total.minor !== terms.totalMinor) return 'total-mismatch';
  return total.minor > 0 ? undefined : 'order-empty';
}

/** Totals of the lines for each category, in the alphabet's order; the terms have passed `checkTerms`. */
export function totalsByCategory(lines: readonly OrderLine[]): readonly CategoryTotal[] {
  const groups = Map.groupBy(lines, (line) => line.category);
  return [...groups]
    .map(([category, members]) => ({ category, totalMinor: sumLines(members) ?? 0 }))
    .toSorted((a, b) => (a.category < b.category ? -1 : 1));
}

function sumLines(lines: readonly OrderLine[]): number | undefined {
  let sum = 0;
  for (const { unitPriceMinor, quantity } of lines) {
    const line = multiplyMinor(unitPriceMinor, quantity);
    const next = line.ok ? addMinor(sum, line.minor) : line;
    if (!next.ok) return undefined;
    sum = next.minor;
  }
  return sum;
}
