import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { dirname } from 'node:path';
import Table from 'cli-table3';
import type { BenchSettings } from '../bench.ts';
import type { Measure } from './measure.ts';
import { rounded } from './statistics.ts';

/** What one call of the harness found; `failures` are what could not be measured or was found broken. */
export type Report = {
  readonly startedAt: string;
  readonly machine: Readonly<Record<string, string | number>>;
  readonly settings: BenchSettings;
  readonly measures: readonly Measure[];
  readonly failures: readonly { readonly benchmark: string; readonly message: string }[];
  /** What a benchmark wants to keep beside its figures, by its name. */
  readonly details: Readonly<Record<string, unknown>>;
};

export function describeMachine(): Report['machine'] {
  return {
    cpu: cpus()[0]?.model ?? '?',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 1e9),
    kernel: readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim(),
    node: process.version,
    loadAtStart: Number((loadavg()[0] ?? 0).toFixed(2)),
  };
}

/** The table and below it what failed. */
export function renderReport({ machine, measures, failures }: Report): string {
  const table = new Table({
    head: ['benchmark', 'measure', 'figure', 'target', 'verdict', 'noise (runs)'],
    colAligns: ['left', 'left', 'right', 'right', 'left', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const measure of measures) table.push(rowOf(measure));
  const lines = [
    measures.length > 0 ? table.toString() : 'nothing was measured',
    `${machine['cores']} cores (${machine['cpu']}), ${machine['memoryGb']} GB, Node ${machine['node']}; load when it began: ${machine['loadAtStart']}`,
    ...failures.map(({ benchmark, message }) => `FAILED ${benchmark}: ${message}`),
  ];
  return `${lines.join('\n')}\n`;
}

function rowOf({ benchmark, name, unit, figure, runs, target, verdict }: Measure): string[] {
  const noise =
    runs.length > 1 ? `${rounded(Math.min(...runs))}–${rounded(Math.max(...runs))} (${runs.length})` : '(1)';
  return [
    benchmark,
    name,
    unit === '' ? rounded(figure) : `${rounded(figure)} ${unit}`,
    target ? `${target.is} ${rounded(target.than)}` : '',
    verdict ?? '',
    noise,
  ];
}

export function writeReport(report: Report, files: readonly string[]): void {
  for (const file of files) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(report, undefined, 2)}\n`);
  }
}

/** 1 when something failed, or under `strict` when a target is missed. */
export function exitCodeOf({ measures, failures }: Report, strict: boolean): 0 | 1 {
  const missed = measures.some(({ verdict }) => verdict === 'missed');
  return failures.length > 0 || (strict && missed) ? 1 : 0;
}
