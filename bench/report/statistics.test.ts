import { describe, expect, it } from 'vitest';
import { median, rounded, slope } from './statistics.ts';

describe('statistics', () => {
  it('takes the middle of values that are not sorted', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([10, 2, 4, 8])).toBe(6);
    expect(median([])).toBeNaN();
  });

  it('finds the slope of a line, and none in a single point', () => {
    expect(slope([0, 1, 2, 3].map((x) => [x, 5 - 2 * x]))).toBeCloseTo(-2);
    expect(slope([[1, 1]])).toBe(0);
  });

  it('keeps three digits of a small value and no fraction of a large one', () => {
    expect([0.98765, 12.345, 0, 1234.5, Number.NaN].map(rounded)).toEqual([
      '0.988',
      '12.3',
      '0',
      '1,235',
      '–',
    ]);
  });
});
