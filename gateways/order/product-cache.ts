import { LRUCache } from 'lru-cache';
import type { Catalogue, Product } from '../../platform/ports/catalogue.ts';

export type ProductCache = {
  /** Unknown SKUs are absent. Answers at once when all are remembered. */
  find(skus: readonly string[]): ReadonlyMap<string, Product> | Promise<ReadonlyMap<string, Product>>;
};

export type ProductCacheSettings = { readonly ttlMs?: number; readonly max?: number };

type Remembered = { readonly product: Product | 'unknown'; asked: boolean };

/** Most products that one query renews besides what is missing. */
const maxRenewed = 2000;

/**
 * Products of the last few seconds, unknown ones too. What concurrent requests miss is asked for in one query, and no
 * two queries are under way at a time: whatever is missed meanwhile goes into the next. A query also renews what would have
 * to be asked for soon, so that the number of queries does not grow with the articles that are sold.
 */
export function createProductCache(
  catalogue: Catalogue,
  { ttlMs = 3000, max = 20_000 }: ProductCacheSettings = {},
): ProductCache {
  const remembered = new LRUCache<string, Remembered>({ max, ttl: ttlMs });
  let wanted = new Set<string>();
  let next: Promise<ReadonlyMap<string, Product | 'unknown'>> | undefined;
  let underWay: Promise<unknown> = Promise.resolve();

  async function fetchWanted(before: Promise<unknown>): Promise<ReadonlyMap<string, Product | 'unknown'>> {
    await before;
    const batch = wanted;
    wanted = new Set();
    next = undefined;
    const answers = new Map<string, Product | 'unknown'>();
    const missing: string[] = [];
    for (const sku of batch) {
      const known = remembered.get(sku); // the query before this one may have brought it
      if (known) answers.set(sku, known.product);
      else missing.push(sku);
    }
    if (missing.length === 0) return answers;
    const renewed = dueSoon();
    const found = await catalogue.find([...missing, ...renewed]);
    for (const sku of missing) {
      const product = found.get(sku) ?? 'unknown';
      answers.set(sku, product);
      remembered.set(sku, { product, asked: false });
    }
    for (const sku of renewed) remembered.set(sku, { product: found.get(sku) ?? 'unknown', asked: false });
    return answers;
  }

  /** What was asked for since it was fetched, and has less than half of its time left. */
  function dueSoon(): readonly string[] {
    const due: string[] = [];
    for (const [sku, { asked }] of remembered.entries()) {
      if (due.length === maxRenewed) break;
      if (asked && remembered.getRemainingTTL(sku) < ttlMs / 2) due.push(sku);
    }
    return due;
  }

  async function findMissing(
    products: Map<string, Product>,
    missing: readonly string[],
  ): Promise<ReadonlyMap<string, Product>> {
    for (const sku of missing) wanted.add(sku);
    if (!next) {
      next = fetchWanted(underWay);
      underWay = next.catch(() => undefined); // whoever waits for it hears of the error
    }
    const answers = await next;
    for (const sku of missing) add(products, sku, answers.get(sku));
    return products;
  }

  return {
    find(skus) {
      const products = new Map<string, Product>();
      let missing: string[] | undefined;
      for (const sku of skus) {
        const known = remembered.get(sku);
        if (known) {
          known.asked = true;
          add(products, sku, known.product);
        } else (missing ??= []).push(sku);
      }
      return missing ? findMissing(products, missing) : products;
    },
  };
}

function add(products: Map<string, Product>, sku: string, product: Product | 'unknown' | undefined): void {
  if (product !== undefined && product !== 'unknown') products.set(sku, product);
}
