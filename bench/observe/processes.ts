import { readFileSync, readdirSync } from 'node:fs';
import type { LocalStack } from '../../environments/local.ts';
import { stackStatus } from '../../scripts/stack/index.ts';
import { sum } from '../report/statistics.ts';

export type NamedProcess = { readonly name: string; readonly pid: number };

// USER_HZ is 100 on every Linux that Node runs on (proc(5), sysconf(_SC_CLK_TCK)).
const msPerTick = 10;

type Stat = { readonly parent: number; readonly cpuMs: number };

/** CPU time (user and system) that a process, all below it and all of those that have ended there took so far, in ms. */
export function cpuMsOf(processes: readonly NamedProcess[]): Map<string, number> {
  const { stats, children } = readTree();
  const totalMs = (pid: number): number =>
    (stats.get(pid)?.cpuMs ?? 0) + sum((children.get(pid) ?? []).map(totalMs));
  return new Map(processes.map(({ name, pid }) => [name, totalMs(pid)]));
}

/** CPU time that the whole machine took since it started, in ms, whoever used it. */
export function machineCpuMs(): number {
  // user, nice, system, idle, iowait, irq, softirq, steal (proc(5)).
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = (readText('/proc/stat') ?? '')
    .split('\n', 1)
    .flatMap((line) => line.split(/\s+/).slice(1).map(Number));
  return (user + nice + system + irq + softirq + steal) * msPerTick;
}

/** Resident memory of a process without its children, in MB; 0 when it is gone. */
export function rssMbOf({ pid }: NamedProcess): number {
  const resident = /^VmRSS:\s+(\d+)/m.exec(readText(`/proc/${pid}/status`) ?? '')?.[1];
  return Number(resident ?? 0) / 1024;
}

/** The servers of a stack that run now: postgres, kafka, redis (six as one), mongo. */
export function serversOf(stack: LocalStack): NamedProcess[] {
  return stackStatus(stack).flatMap(({ name, pid }) =>
    pid !== undefined && /^(postgres|kafka|mongo|redis-\d)$/.test(name) ? [{ name, pid }] : [],
  );
}

/** CPU by name, the six Redis nodes added up. */
export function cpuBetween(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): Record<string, number> {
  const differences: Record<string, number> = {};
  for (const [name, ms] of after) {
    const group = name.replace(/^redis-\d$/, 'redis');
    differences[group] = (differences[group] ?? 0) + ms - (before.get(name) ?? 0);
  }
  return differences;
}

/** A process and all below it, by their ids. */
export function familyOf(pid: number): number[] {
  const { children } = readTree();
  const below = (one: number): number[] => [one, ...(children.get(one) ?? []).flatMap(below)];
  return below(pid);
}

function readTree(): { stats: Map<number, Stat>; children: Map<number, number[]> } {
  const stats = new Map<number, Stat>();
  for (const entry of readdirSync('/proc')) {
    const stat = /^\d+$/.test(entry) ? readText(`/proc/${entry}/stat`) : undefined;
    if (stat !== undefined) stats.set(Number(entry), parseStat(stat));
  }
  const children = new Map<number, number[]>();
  for (const [pid, { parent }] of stats) children.set(parent, [...(children.get(parent) ?? []), pid]);
  return { stats, children };
}

/** Exported for its test: a line of /proc/PID/stat, whose second field may hold spaces and parentheses. */
export function parseStat(line: string): Stat {
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  // From the third field on: 1 is the parent; 11 to 14 are utime, stime and those of the children waited for.
  const ticks = sum(fields.slice(11, 15).map(Number));
  return { parent: Number(fields[1]), cpuMs: ticks * msPerTick };
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // ended meanwhile
  }
}

export type MemorySample = { readonly atSeconds: number; readonly mb: Readonly<Record<string, number>> };

/** Reads the memory of processes once a second until `stop`. */
export function sampleMemory(processes: readonly NamedProcess[]): { stop(): readonly MemorySample[] } {
  const startedMs = performance.now();
  const samples: MemorySample[] = [];
  const take = (): void => {
    const mb = Object.fromEntries(processes.map((one) => [one.name, rssMbOf(one)]));
    samples.push({ atSeconds: (performance.now() - startedMs) / 1000, mb });
  };
  take();
  const timer = setInterval(take, 1000);
  return {
    stop() {
      clearInterval(timer);
      take();
      return samples;
    },
  };
}
