import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { timeLimit } from './time-limit.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('ends work that takes longer', () => {
  const { signal } = timeLimit(100);
  vi.advanceTimersByTime(99);
  expect(signal.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect(signal.aborted).toBe(true);
});

test('ends work with the signal of whoever called, now or from the beginning', () => {
  const outer = new AbortController();
  const { signal } = timeLimit(100, outer.signal);
  expect(signal.aborted).toBe(false);
  outer.abort();
  expect([signal.aborted, timeLimit(100, outer.signal).signal.aborted]).toEqual([true, true]);
});

test('leaves nothing behind of work that has ended, however much there is at a time', () => {
  const outer = new AbortController();
  const limits = Array.from({ length: 50 }, () => timeLimit(100, outer.signal));
  expect(getEventListeners(outer.signal, 'abort')).toHaveLength(50);
  for (const limit of limits) limit.end();
  expect(getEventListeners(outer.signal, 'abort')).toHaveLength(0);
  expect(vi.getTimerCount()).toBe(0);
  outer.abort();
  expect(limits.some(({ signal }) => signal.aborted)).toBe(false);
});
