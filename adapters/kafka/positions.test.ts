import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPositions } from './positions.ts';

test('an offset is committable when everything before it in its partition is done, whatever the order', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 8 }), (order) => {
      const positions = createPositions();
      const marks = order.map((_, index) => positions.begin('t', 0, String(index * 10 + 9)));
      const done = new Set<number>();
      let committed = -1;
      for (const index of order) {
        marks[index]!.end();
        done.add(index);
        for (const { offset } of positions.takeCommittable().offsets) committed = Number(offset) / 10 - 1;
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
  positions.begin('t', 1, '7').end();
  expect(positions.takeCommittable().offsets).toEqual([{ topic: 't', partition: 1, offset: '8' }]);
  positions.forget();
  slow.end();
  expect(slow.isCurrent()).toBe(false);
  expect(positions.takeCommittable().offsets).toEqual([]);
});

test('what could not be committed is committed with the next, unless a later offset took its place', () => {
  const positions = createPositions();
  positions.begin('t', 0, '4').end();
  positions.begin('t', 1, '7').end();
  const { putBack } = positions.takeCommittable();
  positions.begin('t', 1, '9').end();
  putBack();
  expect(positions.takeCommittable().offsets).toEqual([
    { topic: 't', partition: 0, offset: '5' },
    { topic: 't', partition: 1, offset: '10' },
  ]);
  positions.begin('t', 0, '6').end();
  const stale = positions.takeCommittable();
  positions.forget();
  stale.putBack();
  expect(positions.takeCommittable().offsets).toEqual([]);
});

test('a batch that was not handled does not hold up what comes after it', () => {
  const positions = createPositions();
  positions.begin('t', 0, '4').drop();
  positions.begin('t', 0, '4').end();
  expect(positions.takeCommittable().offsets).toEqual([{ topic: 't', partition: 0, offset: '5' }]);
});
