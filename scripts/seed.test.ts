import { expect, test } from 'vitest';
import { productsOf } from './seed/products.ts';
import { deliveriesOf } from './seed/warehouses.ts';
import { blockedUser, scarceSkus, seedSkus, seedUsers } from './seed.ts';

test('the assortment is the same every time, and a smaller one is its beginning', () => {
  expect(productsOf(2000)).toEqual(productsOf(2000));
  expect(productsOf(100)).toEqual(productsOf(2000).slice(0, 100));
  expect(deliveriesOf(100)).toEqual(deliveriesOf(2000).slice(0, deliveriesOf(100).length));
});

test('every product has a name of its own, prices in three currencies and a weight', () => {
  const products = productsOf(2000);
  expect(new Set(products.map(({ name }) => name)).size).toBe(2000);
  expect(new Set(products.map(({ category }) => category)).size).toBe(12);
  for (const { sku, pricesMinor, unitGrams } of products) {
    expect(sku).toMatch(/^[A-Z]{3}-\d{4}$/);
    expect(Object.keys(pricesMinor)).toEqual(['USD', 'EUR', 'SGD']);
    for (const price of Object.values(pricesMinor)) expect(price).toBeGreaterThan(100);
    expect(unitGrams).toBeGreaterThan(0);
  }
});

test('a SKU lies in two to four warehouses, each once', () => {
  const rows = Map.groupBy(deliveriesOf(2000), ({ sku }) => sku);
  expect(rows.size).toBe(2000);
  const sizes = new Set<number>();
  for (const own of rows.values()) {
    expect(new Set(own.map(({ warehouseId }) => warehouseId)).size).toBe(own.length);
    sizes.add(own.length);
  }
  expect([...sizes].toSorted((a, b) => a - b)).toEqual([2, 3, 4]);
});

test('the lists of names are as long as they say, and the last customer is blocked', () => {
  expect(seedSkus).toHaveLength(2000);
  expect(scarceSkus).toHaveLength(20);
  expect(new Set(seedUsers('eu-central')).size).toBe(500);
  expect(seedUsers('eu-central').at(-1)).toBe(blockedUser('eu-central'));
  expect(seedUsers('eu-central')[0]).toMatch(/^usr_euc_/);
});
