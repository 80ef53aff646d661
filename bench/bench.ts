import type { LocalStack } from '../environments/local.ts';
import type { MeasureOptions } from './report/measure.ts';

export type BenchSettings = {
  /** Of one measurement; each benchmark has its own length otherwise. */
  readonly seconds: number | undefined;
  readonly runs: number;
  /** To see that everything works: short, and the figures say little. */
  readonly quick: boolean;
  /** Lengths of a release's figures. */
  readonly full: boolean;
};

/** What a benchmark works with and reports to. */
export type Bench = {
  readonly stack: LocalStack;
  readonly settings: BenchSettings;
  /** Results that outlive the stack. */
  readonly folder: string;
  log(line: string): void;
  report(measure: MeasureOptions): void;
  /** Something that had to hold did not: the harness ends with exit code 1. */
  fail(message: string): void;
  /** Kept in the JSON. */
  keep(name: string, detail: unknown): void;
};

export type Benchmark = {
  readonly name: string;
  readonly summary: string;
  run(bench: Bench): Promise<void>;
};

/** The length of one measurement: what was asked for, else `normal`, and a few seconds when it has to be quick. */
export function secondsOf({ settings }: Bench, normal: number, quick = 4): number {
  return settings.seconds ?? (settings.quick ? Math.min(quick, normal) : normal);
}
