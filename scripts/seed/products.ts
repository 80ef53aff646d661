import type { Product } from '../../platform/ports/catalogue.ts';
import { assortment, type Range } from './assortment.ts';
import { between, createRandom } from './random.ts';

export const defaultProducts = 2000;

/** Units of the other currencies for a US dollar, before the price is rounded. */
const exchange = { USD: 1, EUR: 0.92, SGD: 1.35 } as const;

const positions = (range: Range): number => range.kinds.length * range.finishes.length * range.sizes.length;
const mostProducts = assortment.length * Math.min(...assortment.map(positions));

/** The SKU of the n-th product, from 0; the categories take turns. */
export function skuOf(n: number): string {
  return `${assortment[n % assortment.length]!.code}-${String(n + 1).padStart(4, '0')}`;
}

/** The first `count` products: the same on every machine. @throws RangeError for more than the assortment has names for. */
export function productsOf(count: number): readonly Product[] {
  if (count > mostProducts) throw new RangeError(`the assortment has names for ${mostProducts} products`);
  const random = createRandom(1);
  return Array.from({ length: count }, (_, n) => {
    const range = assortment[n % assortment.length]!;
    const usdMinor = between(random, ...range.priceMinor);
    return {
      sku: skuOf(n),
      name: nameOf(range, Math.floor(n / assortment.length)),
      category: range.category,
      pricesMinor: Object.fromEntries(
        Object.entries(exchange).map(([currency, rate]) => [currency, shopPrice(usdMinor * rate)]),
      ),
      unitGrams: between(random, ...range.grams),
    };
  });
}

/** Kinds change fastest, so that neighbours in a list differ. */
function nameOf({ kinds, finishes, sizes }: Range, position: number): string {
  const kind = kinds[position % kinds.length]!;
  const finish = finishes[Math.floor(position / kinds.length) % finishes.length]!;
  const size = sizes[Math.floor(position / (kinds.length * finishes.length)) % sizes.length]!;
  return `${finish} ${kind}, ${size}`;
}

/** The next price that ends in 49 or 99: 12.34 becomes 12.49. */
function shopPrice(minor: number): number {
  return Math.max(1, Math.round(minor / 50)) * 50 - 1;
}
