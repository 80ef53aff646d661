import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPositions } from './positions.ts';

test('an offset is committable when everything before it in its partition is done, whatever the order', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 8 }), (order) => {
      const positions = createPositions();
      const ends = order.map((_, index) => positions.begin('t', 0, String(index * 10 + 9)));
      const done = new Set<number>();
      let committed = -1;
      for (const index of order) {
        ends[index]!();
        done.add(index);
        for (const { offset } of positions.takeCommittable()) committed = Number(offset) / 10 - 1;
        let expected = -1;
        while (done.has(expected + 1)) expected += 1;
        expect(committed).toBe(expected);
      }
    }),
  );
});

test('partitions do not wait for each other, and what a rebalance took is not committed', () => {
  const positions = createPositions();
  const slow = positions.begin('t', 0, '4');
  positions.begin('t', 1, '7')();
  expect(positions.takeCommittable()).toEqual([{ topic: 't', partition: 1, offset: '8' }]);
  positions.forget();
  slow();
  expect(positions.takeCommittable()).toEqual([]);
});
