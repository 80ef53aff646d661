import { describe, expect, test } from 'vitest';
import { keptNeighbours, pairsIn } from '../../domain/recommendation/copurchases.ts';
import type { Copurchases, Learned, Recommendations } from '../../platform/ports/copurchases.ts';

interface CopurchasesUnderTest {
  /** Runs in a transaction of its own. */
  run<Result>(work: (copurchases: Copurchases) => Promise<Result>): Promise<Result>;
  recommendations: Recommendations;
}

const text = (neighbours: Learned['after']) => neighbours.map(({ sku, count }) => `${sku} ${count}`);

/** What every store of copurchases must do; each test uses SKUs of its own. */
export const copurchasesContract = (name: string, open: () => CopurchasesUnderTest): void => {
  const learn = (...orders: readonly (readonly string[])[]) =>
    open().run((copurchases) => copurchases.learnAll(pairsIn(orders)));

  describe(`${name} as a store of copurchases`, () => {
    test('adds up over batches, and tells what was known before', async () => {
      expect(await learn([])).toEqual([]);
      await learn(['a-tea', 'a-cup'], ['a-tea', 'a-pot'], ['a-tea', 'a-pot']);
      const learned = await learn(['a-cup', 'a-tea']);
      const tea = learned.find(({ sku }) => sku === 'a-tea')!;
      expect([text(tea.before), text(tea.after)]).toEqual([
        ['a-pot 2', 'a-cup 1'],
        ['a-cup 2', 'a-pot 2'],
      ]);
      const { recommendations } = open();
      expect(text(await recommendations.boughtWith('a-tea', 10))).toEqual(['a-cup 2', 'a-pot 2']);
      expect(await recommendations.boughtWith('a-tea', 1)).toHaveLength(1);
      expect(await recommendations.boughtWith('a-nothing', 10)).toEqual([]);
    });

    test('writers at once lose no count and do not wait for each other for ever', async () => {
      const skus = Array.from({ length: 12 }, (_, index) => `b-${index}`);
      await Promise.all(
        Array.from({ length: 24 }, (_, n) => learn(n % 2 ? skus : skus.toReversed(), ['b-0', 'b-1'])),
      );
      const found = await open().recommendations.boughtWith('b-0', 20);
      expect(found).toHaveLength(11);
      expect(found[0]).toEqual({ sku: 'b-1', count: 48 });
      expect(found.slice(1).every(({ count }) => count === 24)).toBe(true);
    });

    test('nothing of a transaction that fails is kept', async () => {
      const failing = open().run(async (copurchases) => {
        await copurchases.learnAll(pairsIn([['c-1', 'c-2']]));
        throw new Error('changed its mind');
      });
      await expect(failing).rejects.toThrow('changed its mind');
      expect(await open().recommendations.boughtWith('c-1', 10)).toEqual([]);
    });

    test('remembers a bounded number', async () => {
      await learn(...Array.from({ length: 3 * keptNeighbours }, (_, index) => ['d-hub', `d-${index}`]));
      expect(await open().recommendations.boughtWith('d-hub', 1000)).toHaveLength(keptNeighbours);
    });
  });
};
