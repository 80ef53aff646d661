import { expect, test } from 'vitest';
import { compareBoard, compareSales, type SalesByKey } from './sales.ts';

const sold = (orders: number, totalMinor = orders * 100): SalesByKey =>
  new Map([['tea', { orders, totalMinor }]]);
const none: SalesByKey = new Map();
const summed = (sums: SalesByKey, forgotten = none) => ({ sums, forgotten });

test('while all is quiet the counters are exactly the sum', () => {
  expect(compareSales(sold(2), summed(sold(2)), sold(2))).toEqual([]);
  expect(compareSales(sold(2), summed(sold(1)), sold(2))).toHaveLength(1);
  expect(compareSales(sold(2), summed(sold(3)), sold(2))).toHaveLength(1);
  expect(compareSales(sold(2, 201), summed(sold(2, 200)), sold(2, 201))).toHaveLength(1);
  expect(compareSales(sold(2), summed(none), sold(2))).toHaveLength(1);
});

test('while orders come in the sum lies between before and after', () => {
  expect(compareSales(sold(2), summed(sold(3)), sold(5))).toEqual([]);
  expect(compareSales(none, summed(sold(3)), sold(5))).toEqual([]);
  expect(compareSales(sold(2), summed(sold(6)), sold(5))).toHaveLength(1);
});

test('of what the inbox has forgotten some may have been given up; more than was paid was counted twice', () => {
  expect(compareSales(sold(5), summed(sold(3), sold(2)), sold(5))).toEqual([]);
  expect(compareSales(sold(4), summed(sold(3), sold(2)), sold(4))).toEqual([]);
  expect(compareSales(none, summed(none, sold(1)), none)).toEqual([]);
  expect(compareSales(sold(6), summed(sold(3), sold(2)), sold(6))).toEqual([
    { example: 'tea: counted 6 orders of 600, paid 5 orders of 500' },
  ]);
  expect(compareSales(sold(2), summed(sold(3), sold(2)), sold(2))).toHaveLength(1);
});

test('the board is never behind the counters, and ahead only for a moment', () => {
  expect(compareBoard(sold(2), sold(3), sold(3))).toEqual([]);
  expect(compareBoard(sold(2), sold(1), sold(3))).toEqual([
    { example: 'tea: board 1 orders of 100, counters 3 orders of 300' },
  ]);
  expect(compareBoard(sold(2), sold(4), sold(3))).toMatchObject([{ late: true }]);
});
