import { median } from './statistics.ts';

type Target = { readonly is: '≥' | '≤' | '<'; readonly than: number };

/** One line of the table. The figure is the median of `runs`. */
export type Measure = {
  readonly benchmark: string;
  readonly name: string;
  readonly unit: string;
  readonly figure: number;
  readonly runs: readonly number[];
  readonly target?: Target;
  readonly verdict?: 'met' | 'missed';
};

export type MeasureOptions = {
  readonly name: string;
  readonly unit: string;
  readonly runs: readonly number[];
  readonly target?: Target;
};

/** A figure that could not be measured misses its target. */
export function measureOf(benchmark: string, { name, unit, runs, target }: MeasureOptions): Measure {
  const figure = median(runs);
  const measure = { benchmark, name, unit, figure, runs };
  return target ? { ...measure, target, verdict: meets(figure, target) ? 'met' : 'missed' } : measure;
}

function meets(figure: number, { is, than }: Target): boolean {
  if (is === '≥') return figure >= than;
  return is === '≤' ? figure <= than : figure < than;
}
