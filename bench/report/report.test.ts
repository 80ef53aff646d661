import { describe, expect, it } from 'vitest';
import { measureOf } from './measure.ts';
import { exitCodeOf, renderReport, type Report } from './report.ts';

const reportOf = (change: Partial<Report>): Report => ({
  startedAt: '2026-03-01T12:00:00.000Z',
  machine: { cores: 2 },
  settings: { seconds: undefined, runs: 3, quick: false, full: false },
  measures: [],
  failures: [],
  details: {},
  ...change,
});
const ratio = (...runs: number[]) =>
  measureOf('placement', { name: 'ratio', unit: '', runs, target: { is: '≥', than: 0.9 } });

describe('a measure', () => {
  it('judges the median, and a figure that is missing as missed', () => {
    expect(ratio(0.5, 1.2, 0.95)).toMatchObject({ figure: 0.95, verdict: 'met' });
    expect(ratio(0.5, 0.8, 0.95).verdict).toBe('missed');
    expect(ratio().verdict).toBe('missed');
    const under = { name: 'p99', unit: 'ms', target: { is: '<', than: 500 } } as const;
    expect(measureOf('latency', { ...under, runs: [500] }).verdict).toBe('missed');
    expect(measureOf('latency', { ...under, runs: [499] }).verdict).toBe('met');
  });
});

describe('a report', () => {
  it('shows a missed target, and its noise, without hiding failures', () => {
    const failures = [{ benchmark: 'complete', message: 'the audit found 2 violations' }];
    const text = renderReport(reportOf({ measures: [ratio(0.7, 0.8, 0.75)], failures }));
    expect(text).toMatch(/placement.*ratio.*0\.75.*≥ 0\.9.*missed.*0\.7–0\.8 \(3\)/);
    expect(text).toContain('FAILED complete: the audit found 2 violations');
  });

  it('fails for what failed, and for a missed target only when asked to', () => {
    const missed = reportOf({ measures: [ratio(0.1)] });
    expect([exitCodeOf(missed, false), exitCodeOf(missed, true)]).toEqual([0, 1]);
    expect(exitCodeOf(reportOf({ failures: [{ benchmark: 'x', message: 'y' }] }), false)).toBe(1);
  });
});
