import type { FieldError } from '../../contracts/http/problem.ts';
import { priceCart, type CartLine, type PricedCart } from '../../domain/pricing/pricing.ts';
import { regionRates } from '../../domain/pricing/rates.ts';
import { invalid, type Answer } from '../../platform/http/answer.ts';
import type { Product } from '../../platform/ports/catalogue.ts';

export type RequestedLine = { readonly sku: string; readonly quantity: number };

export type PricedLines =
  | { readonly ok: true; readonly cart: PricedCart; readonly categories: readonly string[] }
  | { readonly ok: false; readonly refusal: Answer };

const refuse = (code: string, errors: readonly FieldError[]): PricedLines => ({
  ok: false,
  refusal: invalid(code, errors),
});

/** Prices lines for a region, or says which one cannot be sold there. `categories` go with the lines. */
export function priceLines(
  lines: readonly RequestedLine[],
  products: ReadonlyMap<string, Product>,
  region: string,
  currency: string | undefined,
): PricedLines {
  const regionCurrency = regionRates[region]?.currency ?? '';
  if (currency !== undefined && currency !== regionCurrency) {
    const message = `orders of this region are in ${regionCurrency}`;
    return refuse('currency-wrong', [{ in: 'body', field: 'currency', message }]);
  }
  const cartLines: CartLine[] = [];
  const categories: string[] = [];
  const errors: FieldError[] = [];
  for (const [index, { sku, quantity }] of lines.entries()) {
    const product = products.get(sku);
    const unitPriceMinor = product?.pricesMinor[regionCurrency];
    if (!product || unitPriceMinor === undefined) {
      const message = product ? `has no price in ${regionCurrency}` : 'is not in the catalogue';
      errors.push({ in: 'body', field: `lines[${index}].sku`, message });
      continue;
    }
    cartLines.push({ sku, quantity, unitPriceMinor, currency: regionCurrency, unitGrams: product.unitGrams });
    categories.push(product.category);
  }
  if (errors.length > 0) return refuse('sku-unknown', errors.slice(0, 20));
  const pricing = priceCart(cartLines, [], region, regionRates);
  if (!pricing.accepted)
    return refuse(pricing.reason, [{ in: 'body', field: 'lines', message: pricing.reason }]);
  return { ok: true, cart: pricing.cart, categories };
}
