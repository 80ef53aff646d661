import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import type { Product } from '../../platform/ports/catalogue.ts';
import { createProductCache } from './product-cache.ts';

const productOf = (sku: string): Product => ({
  sku,
  name: sku,
  category: 'tea',
  pricesMinor: { USD: 100 },
  unitGrams: 10,
});

function catalogueOf(known: readonly string[]) {
  const queries: (readonly string[])[] = [];
  let failing = false;
  return {
    queries,
    fail: (value: boolean) => (failing = value),
    find: async (skus: readonly string[]) => {
      queries.push(skus);
      await sleep(5);
      if (failing) throw new Error('no database');
      return new Map(skus.filter((sku) => known.includes(sku)).map((sku) => [sku, productOf(sku)]));
    },
    list: () => Promise.reject(new Error('not used')),
  };
}

test('what many ask for at once is one query; later ones wait for it and go together', async () => {
  const catalogue = catalogueOf(['a', 'b', 'c']);
  const cache = createProductCache(catalogue);
  const first = [cache.find(['a']), cache.find(['a', 'b']), cache.find(['x'])];
  await sleep(1);
  const second = [cache.find(['b', 'c']), cache.find(['a'])];
  const found = await Promise.all([...first, ...second]);
  expect(found.map((products) => [...products.keys()])).toEqual([['a'], ['a', 'b'], [], ['b', 'c'], ['a']]);
  expect(catalogue.queries).toEqual([['a', 'b', 'x'], ['c']]);
});

test('answers at once from memory, of unknown products too, until their time is over', async () => {
  const catalogue = catalogueOf(['a']);
  const cache = createProductCache(catalogue, { ttlMs: 40 });
  await cache.find(['a', 'x']);
  expect(cache.find(['a', 'x'])).toEqual(new Map([['a', productOf('a')]]));
  await sleep(60);
  expect(cache.find(['a'])).toBeInstanceOf(Promise);
});

test('what is old serves on, and is renewed together with others, once', async () => {
  const catalogue = catalogueOf(['a', 'b', 'c']);
  const cache = createProductCache(catalogue, { freshMs: 0, collectMs: 20 });
  await cache.find(['a', 'b', 'c']);
  await sleep(2);
  for (const skus of [['a'], ['b'], ['a', 'b']]) expect(cache.find(skus)).not.toBeInstanceOf(Promise);
  await vi.waitFor(() =>
    expect(catalogue.queries).toEqual([
      ['a', 'b', 'c'],
      ['a', 'b'],
    ]),
  );
});

test('what cannot be renewed serves until its time is over; then the error is heard', async () => {
  const catalogue = catalogueOf(['a']);
  const cache = createProductCache(catalogue, { freshMs: 0, collectMs: 1, ttlMs: 60 });
  await cache.find(['a']);
  catalogue.fail(true);
  await sleep(2);
  expect(cache.find(['a'])).toEqual(new Map([['a', productOf('a')]]));
  await vi.waitFor(() => expect(catalogue.queries).toHaveLength(2));
  await sleep(60);
  await expect(cache.find(['a'])).rejects.toThrow('no database');
});

test('an error reaches those who waited for it, and the next query is tried', async () => {
  const catalogue = catalogueOf(['a']);
  const cache = createProductCache(catalogue);
  catalogue.fail(true);
  const results = await Promise.allSettled([cache.find(['a']), cache.find(['a'])]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  catalogue.fail(false);
  expect((await cache.find(['a'])).has('a')).toBe(true);
});
