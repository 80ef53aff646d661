import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { parseDocuments } from '../../scripts/rendered/documents.ts';
import { filesInFolder } from '../../scripts/rendered/folder-files.ts';
import type { Benchmark } from '../bench.ts';
import { peakMbOfRun, secondsOfRun, type ProgramRun } from '../observe/run-costs.ts';
import { rounded, sum } from '../report/statistics.ts';
import {
  ensureKustomize,
  installLine,
  writeKustomizations,
  type Kustomize,
} from '../yardsticks/kustomize.ts';

const root = resolve(import.meta.dirname, '../..');

/** The manifests of the whole fleet, against the tool that only reads and prints the same objects. */
export const synth: Benchmark = {
  name: 'synth',
  summary: 'cdk8s synth of the whole fleet against kubectl kustomize over the same objects',
  async run(bench) {
    const folder = mkdtempSync(join(tmpdir(), 'meridian-synth-'));
    try {
      const dist = join(folder, 'dist');
      // Not into dist/ itself: what is committed stays as it is.
      const command = [
        join(root, 'node_modules/.bin/cdk8s'),
        'synth',
        '--check-upgrade=false',
        '--output',
        dist,
      ];
      const ours: ProgramRun = { command: command as [string, ...string[]], cwd: root };
      await secondsOfRun(ours); // files into the system's cache
      const files = filesInFolder(dist);
      const objects = sum(files.map(({ text }) => parseDocuments(text).documents.length));
      const kustomize = await ensureKustomize();
      const places = writeKustomizations(files, join(folder, 'kustomize'));
      const theirs = kustomize && (await kustomizeRuns(kustomize, places, objects));
      const runs = Array.from({ length: bench.settings.runs });
      const times: { ours: number; theirs: number }[] = [];
      for (const _ of runs)
        times.push({ ours: await secondsOfRun(ours), theirs: await total(theirs ?? [], secondsOfRun) });
      const peaks: { ours: number; theirs: number }[] = [];
      for (const _ of runs)
        peaks.push({ ours: await peakMbOfRun(ours), theirs: await highest(theirs ?? [], peakMbOfRun) });
      const target = { is: '<', than: 8 } as const;
      bench.report({ name: 'cdk8s synth', unit: 's', runs: times.map((time) => time.ours), target });
      bench.report({ name: 'its peak memory', unit: 'MB', runs: peaks.map((peak) => peak.ours) });
      bench.report({ name: 'objects rendered', unit: '', runs: [objects] });
      if (!kustomize) {
        bench.log(
          `kubectl and kustomize are missing, so there is nothing to compare with. Run: ${installLine}`,
        );
        return;
      }
      const { name } = kustomize;
      bench.report({ name: `${name}, the same objects`, unit: 's', runs: times.map((time) => time.theirs) });
      bench.report({ name: `${name}: peak memory`, unit: 'MB', runs: peaks.map((peak) => peak.theirs) });
      bench.report({ name: `synth ÷ ${name}`, unit: '', runs: times.map((time) => time.ours / time.theirs) });
      bench.log(`${objects} objects, one ${name} for each of ${theirs?.length ?? 0} clusters`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** A run for each cluster. @throws Error when it does not print as many objects as were rendered. */
async function kustomizeRuns(
  { program, args }: Kustomize,
  folders: readonly string[],
  objects: number,
): Promise<readonly ProgramRun[]> {
  const runs = folders.map((cwd): ProgramRun => ({ command: [program, ...args, '.'], cwd }));
  const printed: number[] = [];
  for (const {
    command: [first, ...rest],
    cwd,
  } of runs) {
    const { stdout } = await execa(first, rest, { cwd, maxBuffer: 1024 ** 3 });
    printed.push(parseDocuments(stdout).documents.length);
  }
  if (sum(printed) !== objects)
    throw new Error(`kustomize printed ${rounded(sum(printed))} objects of ${rounded(objects)}`);
  return runs;
}

async function total(runs: readonly ProgramRun[], of: (run: ProgramRun) => Promise<number>): Promise<number> {
  let result = 0;
  for (const run of runs) result += await of(run);
  return result;
}

async function highest(
  runs: readonly ProgramRun[],
  of: (run: ProgramRun) => Promise<number>,
): Promise<number> {
  let result = 0;
  for (const run of runs) result = Math.max(result, await of(run));
  return result;
}
