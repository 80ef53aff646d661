import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  isShownDifferently,
  keptNeighbours,
  learn,
  mostSkusOfAnOrder,
  pairsIn,
  shown,
  shownNeighbours,
  type Neighbour,
} from './copurchases.ts';

const plain = (pairs: ReturnType<typeof pairsIn>) =>
  Object.fromEntries([...pairs].map(([sku, additions]) => [sku, Object.fromEntries(additions)]));

test('each SKU of an order goes with each other one, once an order', () => {
  expect(plain(pairsIn([['tea', 'cup', 'tea'], ['cup', 'tea'], ['tea', 'pot'], ['pot'], []]))).toEqual({
    tea: { cup: 2, pot: 1 },
    cup: { tea: 2 },
    pot: { tea: 1 },
  });
});

test('of a bulk order only so many SKUs are looked at', () => {
  const pairs = pairsIn([Array.from({ length: 100 }, (_, index) => `sku-${index}`)]);
  expect(pairs.size).toBe(mostSkusOfAnOrder);
  for (const additions of pairs.values()) expect(additions.size).toBe(mostSkusOfAnOrder - 1);
});

test('counts add up, the most frequent first, equal ones by SKU', () => {
  const first = learn([], new Map(Object.entries({ cup: 1, pot: 2, bag: 1 })));
  expect(first.map(({ sku, count }) => `${sku} ${count}`)).toEqual(['pot 2', 'bag 1', 'cup 1']);
  expect(learn(first, new Map([['cup', 3]]))[0]).toEqual({ sku: 'cup', count: 4 });
});

test('a newcomer gets the place of the rarest and its count when all places are taken', () => {
  const full = Array.from({ length: keptNeighbours }, (_, index) => ({
    sku: `sku-${index}`,
    count: keptNeighbours + 1 - index,
  }));
  const after = learn(full, new Map([['new', 1]]));
  expect(after).toHaveLength(keptNeighbours);
  expect(after.find(({ sku }) => sku === 'new')).toEqual({ sku: 'new', count: 3 });
  expect(after.some(({ sku }) => sku === `sku-${keptNeighbours - 1}`)).toBe(false);
});

test('over any history nothing is counted too low, the sum is exact, and the frequent are never missed', () => {
  const sku = fc.integer({ min: 0, max: 3 * keptNeighbours }).map((number) => `sku-${number}`);
  const batch = fc.uniqueArray(fc.tuple(sku, fc.integer({ min: 1, max: 9 })), {
    maxLength: 2 * keptNeighbours,
    selector: ([name]) => name,
  });
  fc.assert(
    fc.property(fc.array(batch, { maxLength: 12 }), (batches) => {
      const truth = new Map<string, number>();
      let known: readonly Neighbour[] = [];
      for (const additions of batches) {
        known = learn(known, new Map(additions));
        for (const [name, added] of additions) truth.set(name, (truth.get(name) ?? 0) + added);
      }
      const total = [...truth.values()].reduce((sum, count) => sum + count, 0);
      expect(known.length).toBeLessThanOrEqual(keptNeighbours);
      expect(known.reduce((sum, { count }) => sum + count, 0)).toBe(total);
      const counted = new Map(known.map(({ sku: name, count }) => [name, count]));
      const rarest = known.length < keptNeighbours ? 0 : known.at(-1)!.count;
      for (const [name, count] of truth) {
        const estimate = counted.get(name);
        if (count > total / keptNeighbours) expect(estimate).toBeDefined();
        if (estimate === undefined) continue;
        expect(estimate).toBeGreaterThanOrEqual(count);
        expect(estimate - count).toBeLessThanOrEqual(rarest);
      }
    }),
  );
});

test('another order of what is shown is a difference, a higher count or a place beyond is none', () => {
  const many = Array.from({ length: shownNeighbours + 2 }, (_, index) => ({
    sku: `sku-${index}`,
    count: 50 - index,
  }));
  const [a, b, ...rest] = many as [Neighbour, Neighbour, ...Neighbour[]];
  expect(shown(many)).toHaveLength(shownNeighbours);
  expect(isShownDifferently(many, [{ ...a, count: 60 }, b, ...rest])).toBe(false);
  expect(isShownDifferently(many, many.slice(0, -1))).toBe(false);
  expect(isShownDifferently(many, [b, a, ...rest])).toBe(true);
  expect(isShownDifferently([], [a])).toBe(true);
  expect(isShownDifferently([a], [])).toBe(true);
});
