import { LRUCache } from 'lru-cache';
import type { Catalogue, Product } from '../../platform/ports/catalogue.ts';

export type ProductCache = {
  /** Unknown SKUs are absent. Answers at once when all are remembered. */
  find(skus: readonly string[]): ReadonlyMap<string, Product> | Promise<ReadonlyMap<string, Product>>;
};

export type ProductCacheSettings = {
  /** From this age on a product is asked for again, while it still serves. */
  readonly freshMs?: number;
  /** From this age on it serves no more. */
  readonly ttlMs?: number;
  /** How long those that are to be renewed are collected. */
  readonly collectMs?: number;
  readonly max?: number;
};

type Remembered = { readonly product: Product | 'unknown'; readonly fetchedAtMs: number };
type Answers = ReadonlyMap<string, Product | 'unknown'>;

/**
 * Products of the last few seconds, unknown ones too; stale while revalidate. What concurrent requests miss is asked for in
 * one query, and no two queries of that kind are under way at a time: whatever is missed meanwhile goes into the next. What
 * is only old is renewed by a few queries a second, however many articles are sold.
 */
export function createProductCache(
  catalogue: Catalogue,
  { freshMs = 3000, ttlMs = 15_000, collectMs = 250, max = 20_000 }: ProductCacheSettings = {},
): ProductCache {
  // No `ttl` of its own: with one it sets a timer for each millisecond in which it is asked.
  const remembered = new LRUCache<string, Remembered>({ max });
  const old = new Set<string>();
  let renewing = false;
  let wanted = new Set<string>();
  let next: Promise<Answers> | undefined;
  let underWay: Promise<unknown> = Promise.resolve();

  function recall(sku: string, nowMs: number): Remembered | undefined {
    const known = remembered.get(sku);
    return known && nowMs - known.fetchedAtMs < ttlMs ? known : undefined;
  }

  async function ask(skus: readonly string[]): Promise<Answers> {
    const fetchedAtMs = performance.now();
    const found = await catalogue.find(skus);
    const answers = new Map(skus.map((sku) => [sku, found.get(sku) ?? 'unknown'] as const));
    for (const [sku, product] of answers) remembered.set(sku, { product, fetchedAtMs });
    return answers;
  }

  async function fetchWanted(before: Promise<unknown>): Promise<Answers> {
    await before;
    const batch = wanted;
    wanted = new Set();
    next = undefined;
    const answers = new Map<string, Product | 'unknown'>();
    const missing: string[] = [];
    const nowMs = performance.now();
    for (const sku of batch) {
      const known = recall(sku, nowMs); // the query before this one may have brought it
      if (known) answers.set(sku, known.product);
      else missing.push(sku);
    }
    if (missing.length > 0) for (const [sku, product] of await ask(missing)) answers.set(sku, product);
    return answers;
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

  function renewSoon(sku: string): void {
    old.add(sku);
    if (renewing) return;
    renewing = true;
    setTimeout(() => void renew(), collectMs).unref();
  }

  async function renew(): Promise<void> {
    const skus = [...old];
    try {
      await ask(skus);
    } catch {
      // Nobody waits for it. They serve until their time is over, and who then misses one hears of the error.
    }
    for (const sku of skus) old.delete(sku);
    renewing = false;
  }

  return {
    find(skus) {
      const products = new Map<string, Product>();
      const nowMs = performance.now();
      let missing: string[] | undefined;
      for (const sku of skus) {
        const known = recall(sku, nowMs);
        if (!known) {
          (missing ??= []).push(sku);
          continue;
        }
        if (nowMs - known.fetchedAtMs > freshMs && !old.has(sku)) renewSoon(sku);
        add(products, sku, known.product);
      }
      return missing ? findMissing(products, missing) : products;
    },
  };
}

function add(products: Map<string, Product>, sku: string, product: Product | 'unknown' | undefined): void {
  if (product !== undefined && product !== 'unknown') products.set(sku, product);
}
