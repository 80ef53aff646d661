import { availableParallelism } from 'node:os';
import {
  cpuBetween,
  cpuMsOf,
  machineCpuMs,
  sampleMemory,
  type MemorySample,
  type NamedProcess,
} from './processes.ts';

export type Costs = {
  /** CPU ms by process. */
  readonly cpuMs: Readonly<Record<string, number>>;
  /** Share of the machine's CPU time that went to anything else: on a busy machine the figures mean less. */
  readonly othersPercent: number;
  readonly memory: readonly MemorySample[];
};

/** Watches the CPU time of `all` and the memory of `own` until `stop`. All of ours are children of this process. */
export function watchCosts(all: readonly NamedProcess[], own: readonly NamedProcess[]): { stop(): Costs } {
  const ours = [{ name: 'ours', pid: process.pid }];
  const before = { all: cpuMsOf(all), ours: cpuMsOf(ours), machineMs: machineCpuMs() };
  const startedMs = performance.now();
  const memory = sampleMemory(own);
  return {
    stop() {
      const capacityMs = (performance.now() - startedMs) * availableParallelism();
      const oursMs = cpuBetween(before.ours, cpuMsOf(ours))['ours'] ?? 0;
      return {
        cpuMs: cpuBetween(before.all, cpuMsOf(all)),
        othersPercent: (Math.max(0, machineCpuMs() - before.machineMs - oursMs) / capacityMs) * 100,
        memory: memory.stop(),
      };
    },
  };
}
