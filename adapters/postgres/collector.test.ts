import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createCollector } from './collector.ts';

const delay = { siblings: 4, share: 3 / 4, full: 20, longestMs: 5 };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Batches as they went; each is answered when the test says so. */
function collecting(settings: { readonly delay?: typeof delay; readonly maxBatch?: number } = {}) {
  const { maxBatch = 20, ...given } = settings;
  const sent: number[][] = [];
  const ends: (() => void)[] = [];
  const collect = createCollector<number>({
    maxInFlight: 1,
    take: (queue) => ({ batch: queue.slice(0, maxBatch), rest: queue.slice(maxBatch) }),
    run(batch) {
      sent.push([...batch]);
      return new Promise((resolve) => ends.push(resolve));
    },
    ...given,
  });
  const call = async (from: number, count: number): Promise<void> => {
    for (let index = 0; index < count; index += 1) collect(from + index);
    await vi.advanceTimersByTimeAsync(0);
  };
  const end = async (): Promise<void> => {
    ends.shift()!();
    await vi.advanceTimersByTimeAsync(0);
  };
  const sizes = (): number[] => sent.map(({ length }) => length);
  return { sent, sizes, call, end };
}

test('what comes while a batch is on its way goes with the next, in order, as soon as that one has ended', async () => {
  const { sent, call, end } = collecting();
  await call(1, 2);
  await call(3, 1);
  await call(4, 2);
  expect(sent).toEqual([[1, 2]]);
  await end();
  expect(sent).toEqual([
    [1, 2],
    [3, 4, 5],
  ]);
});

test('few callers never wait for each other', async () => {
  const { sizes, call, end } = collecting({ delay });
  await call(1, 4);
  await end();
  await call(5, 1);
  expect(sizes()).toEqual([4, 1]);
});

test('of many callers three quarters are waited for before the next batch goes', async () => {
  const { sizes, call, end } = collecting({ delay });
  await call(1, 8);
  await end();
  await call(9, 5);
  expect(sizes()).toEqual([8]);
  await call(14, 1);
  expect(sizes()).toEqual([8, 6]);
});

test('those who waited at the end of the last batch count among the callers', async () => {
  const { sizes, call, end } = collecting({ delay });
  await call(1, 4);
  await call(5, 4);
  await end();
  expect(sizes()).toEqual([4]);
  await call(9, 2);
  expect(sizes()).toEqual([4, 6]);
});

test('callers who do not come again are waited for once, and not longer than that', async () => {
  const { sizes, call, end } = collecting({ delay });
  await call(1, 8);
  await end();
  await call(9, 1);
  await vi.advanceTimersByTimeAsync(4);
  expect(sizes()).toEqual([8]);
  await vi.advanceTimersByTimeAsync(1);
  expect(sizes()).toEqual([8, 1]);
  await end();
  await call(10, 1);
  expect(sizes()).toEqual([8, 1, 1]);
});

test('a full batch waits for nobody', async () => {
  const { sizes, call, end } = collecting({ delay });
  await call(1, 60);
  await end();
  await end();
  await end();
  expect(sizes()).toEqual([20, 20, 20]);
});
