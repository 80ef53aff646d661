import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SalesTotal } from '../../platform/ports/sales.ts';
import { openTestMongo, type TestMongo } from '../../scripts/testing/mongo-database.ts';
import { createSalesBoard } from './sales-board.ts';

let mongo: TestMongo;
beforeAll(async () => {
  mongo = await openTestMongo();
});
afterAll(() => mongo?.close());

const day = (date: string) => ({ from: date, to: date });
const total = { date: '2026-01-01', category: 'shoes', region: 'us-east', currency: 'EUR' };

test('keeps the newest absolute values, whatever comes late or twice', async () => {
  const board = createSalesBoard(mongo.database);
  await board.put([{ ...total, orders: 2, totalMinor: 900 }]);
  await board.put([
    { ...total, orders: 10, totalMinor: 800 },
    { ...total, category: 'books', orders: 1, totalMinor: 5_000_000_000 },
    { ...total, date: '2026-01-02', orders: 9, totalMinor: 9 },
  ]);
  await board.put([{ ...total, orders: 9, totalMinor: 9000 }]);
  await board.put([]);
  expect(await board.list(day('2026-01-01'), { limit: 10 })).toEqual([
    { ...total, category: 'books', orders: 1, totalMinor: 5_000_000_000 },
    { ...total, orders: 10, totalMinor: 800 },
  ]);
  expect(await board.list(day('2025-12-31'), { limit: 10 })).toEqual([]);
});

test('puts of new totals at once end with the largest', async () => {
  const board = createSalesBoard(mongo.database);
  const own = { ...total, date: '2026-02-01' };
  await Promise.all(
    Array.from({ length: 12 }, (_, index) => board.put([{ ...own, orders: index + 1, totalMinor: index }])),
  );
  expect(await board.list(day(own.date), { limit: 10 })).toEqual([{ ...own, orders: 12, totalMinor: 11 }]);
});

test('pages through several days, both ends included, without gap or repeat', async () => {
  const board = createSalesBoard(mongo.database);
  const totals = ['2026-03-31', '2026-04-01', '2026-04-02', '2026-04-03', '2026-04-10'].flatMap((date) =>
    ['eu-central', 'us-east'].flatMap((region) =>
      ['books', 'tea & cups'].map((category) => ({
        ...total,
        date,
        region,
        category,
        orders: 1,
        totalMinor: 1,
      })),
    ),
  );
  await board.put(totals.toReversed());
  const seen: SalesTotal[] = [];
  for (let pages = 0; pages < 10; pages += 1) {
    const after = seen.at(-1);
    const page = await board.list(
      { from: '2026-04-01', to: '2026-04-03' },
      { limit: 5, ...(after && { after }) },
    );
    seen.push(...page);
    if (page.length < 5) break;
  }
  expect(seen).toEqual(totals.slice(4, 16));
});
