import { mkdirSync } from 'node:fs';
import type { LocalStack } from '../environments/local.ts';
import { stackFolders } from '../scripts/stack/folders.ts';
import type { Bench, Benchmark, BenchSettings } from './bench.ts';
import { watchCosts } from './observe/costs.ts';
import { measureOf, type Measure } from './report/measure.ts';
import { describeMachine, type Report } from './report/report.ts';

/** Runs benchmarks one after the other. Rejects only when `ending` was aborted: what fails otherwise is in the report. */
export async function measureAll(
  stack: LocalStack,
  benchmarks: readonly Benchmark[],
  settings: BenchSettings,
  ending: AbortSignal,
): Promise<Report> {
  const folder = stackFolders(stack).state;
  mkdirSync(folder, { recursive: true });
  const measures: Measure[] = [];
  const failures: { benchmark: string; message: string }[] = [];
  const details: Record<string, unknown> = {};
  const startedAt = new Date().toISOString();
  const machine = describeMachine();
  const startedMs = performance.now();
  const log = (line: string): void => {
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(0).padStart(5);
    process.stderr.write(`${seconds} s  ${line}\n`);
  };
  for (const benchmark of benchmarks) {
    const { name } = benchmark;
    const kept: Record<string, unknown> = {};
    const bench: Bench = {
      stack,
      settings,
      folder,
      log: (line) => log(`${name}: ${line}`),
      report: (measure) => void measures.push(measureOf(name, measure)),
      fail(message) {
        if (ending.aborted) return;
        failures.push({ benchmark: name, message });
        log(`${name}: FAILED: ${message}`);
      },
      keep: (what, detail) => void (kept[what] = detail),
    };
    const watch = watchCosts([], []);
    try {
      await benchmark.run(bench);
    } catch (error) {
      if (ending.aborted) throw error;
      // The others can still be measured.
      bench.fail(String(error).slice(0, 1000));
      if (error instanceof Error) log(error.stack ?? '');
    }
    bench.report({ name: 'CPU taken by others meanwhile', unit: '%', runs: [watch.stop().othersPercent] });
    details[name] = kept;
  }
  return { startedAt, machine, settings, measures, failures, details };
}
