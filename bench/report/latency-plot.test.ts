import { describe, expect, it } from 'vitest';
import { latencyPlot } from './latency-plot.ts';

const points = [
  { perSecond: 50, p50: 80, p95: 120, p99: 150 },
  { perSecond: 100, p50: 85, p95: 130, p99: 190 },
  { perSecond: 400, p50: 300, p95: 900, p99: 2500 },
];
const heights = (svg: string, kind: string): number[] =>
  [...svg.matchAll(new RegExp(`<circle class="${kind}" cx="[\\d.]+" cy="([\\d.]+)"`, 'g'))].map(([, y]) =>
    Number(y),
  );

describe('the latency plot', () => {
  it('draws three curves over all loads, higher where it takes longer', () => {
    const svg = latencyPlot(points);
    const p99 = heights(svg, 's2');
    expect(p99).toHaveLength(3);
    expect(p99).toEqual(p99.toSorted((a, b) => b - a));
    for (const [index, y] of heights(svg, 's0').entries()) expect(y).toBeGreaterThan(p99[index]!);
  });

  it('gives each decade the same height', () => {
    const decades = [10, 100, 1000].map((ms, index) => ({ perSecond: index + 1, p50: ms, p95: ms, p99: ms }));
    const [low = 0, middle = 0, high = 0] = heights(latencyPlot(decades), 's0');
    expect(low - middle).toBeCloseTo(middle - high, 0);
  });

  it('names both axes with their units, and is not broken by what could not be measured', () => {
    const svg = latencyPlot([
      ...points,
      { perSecond: 600, p50: Number.NaN, p95: Number.NaN, p99: Number.NaN },
    ]);
    expect(svg).toContain('latency (ms, log scale)');
    expect(svg).toContain('offered load (orders/s)');
    expect(svg).toContain('prefers-color-scheme: dark');
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });
});
