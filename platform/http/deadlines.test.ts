import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Deadlines } from './deadlines.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const never = (): Promise<string> => new Promise(() => undefined);

test('ends what takes too long, each at its own time, by one timer', async () => {
  const deadlines = new Deadlines(1000);
  const ended: string[] = [];
  const start = (name: string): void =>
    void deadlines.within(never(), () => name).then((result) => ended.push(result));
  start('first');
  await vi.advanceTimersByTimeAsync(400);
  start('second');
  expect(vi.getTimerCount()).toBe(1);
  await vi.advanceTimersByTimeAsync(599);
  expect(ended).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(ended).toEqual(['first']);
  await vi.advanceTimersByTimeAsync(400);
  expect(ended).toEqual(['first', 'second']);
  expect(vi.getTimerCount()).toBe(0);
});

test('hands on what came in time, and leaves no timer ticking', async () => {
  const deadlines = new Deadlines(1000);
  await expect(deadlines.within(Promise.resolve('done'), () => 'late')).resolves.toBe('done');
  await expect(deadlines.within(Promise.reject(new Error('no')), () => 'late')).rejects.toThrow('no');
  await vi.advanceTimersByTimeAsync(1000);
  expect(vi.getTimerCount()).toBe(0);
});

test('work that fails after its time disturbs nobody', async () => {
  const deadlines = new Deadlines(1000);
  const work = Promise.withResolvers<string>();
  const result = deadlines.within(work.promise, () => 'late');
  await vi.advanceTimersByTimeAsync(1000);
  work.reject(new Error('too late'));
  await expect(result).resolves.toBe('late');
});
