import { expect, test } from 'vitest';
import { compareBoard, compareSales, type SalesByKey } from './sales.ts';

const sold = (orders: number, totalMinor = orders * 100): SalesByKey =>
  new Map([['tea', { orders, totalMinor }]]);
const none: SalesByKey = new Map();

test('while all is quiet the counters are exactly the sum', () => {
  expect(compareSales(sold(2), sold(2), sold(2))).toEqual([]);
  expect(compareSales(sold(2), sold(1), sold(2))).toHaveLength(1);
  expect(compareSales(sold(2), sold(3), sold(2))).toHaveLength(1);
  expect(compareSales(sold(2, 201), sold(2, 200), sold(2, 201))).toHaveLength(1);
  expect(compareSales(sold(2), none, sold(2))).toHaveLength(1);
});

test('while orders come in the sum lies between before and after', () => {
  expect(compareSales(sold(2), sold(3), sold(5))).toEqual([]);
  expect(compareSales(none, sold(3), sold(5))).toEqual([]);
  expect(compareSales(sold(2), sold(6), sold(5))).toHaveLength(1);
});

test('the board is never behind the counters, and ahead only for a moment', () => {
  expect(compareBoard(sold(2), sold(3), sold(3))).toEqual([]);
  expect(compareBoard(sold(2), sold(1), sold(3))).toEqual([
    { example: 'tea: board 1 orders of 100, counters 3 orders of 300' },
  ]);
  expect(compareBoard(sold(2), sold(4), sold(3))).toMatchObject([{ late: true }]);
});
