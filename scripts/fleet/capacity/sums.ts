import { expandRegion } from '../expand.ts';
import { at, numberAt, textAt } from '../../rendered/fields.ts';
import { nodePoolsIn, poolOf } from '../node-pools.ts';
import { bytesOf, milliCpuOf } from '../quantity.ts';
import { podOf, zero, type Range } from '../totals.ts';
import type { EnvironmentTree, RegionTree } from '../tree.ts';
import { specOf, systems, type Managed, type System, type Workload } from '../workload.ts';

/** What one system of one region asks for; ranges are from the least to the most that scalers run. */
export type SystemSum = {
  readonly system: System;
  /** Nodes as the system design counts them, and what they request themselves. */
  readonly nodes: number;
  readonly nodeMilliCpu: number;
  readonly nodeMemoryBytes: number;
  /** Everything, helpers and sidecars included. */
  readonly pods: Range;
  readonly milliCpu: Range;
  readonly memoryBytes: Range;
  readonly diskBytes: Range;
};

/** A node pool's limit beside the most that may be asked of it. */
export type PoolSum = {
  readonly pool: string;
  readonly limit: { readonly milliCpu: number | null; readonly memoryBytes: number | null };
  readonly most: { readonly milliCpu: number; readonly memoryBytes: number };
};

export type RegionSum = {
  readonly region: string;
  readonly systems: readonly SystemSum[];
  readonly managed: readonly string[];
  readonly pools: readonly PoolSum[];
  readonly notes: readonly string[];
};

/** Adds up each region of a rendered environment. */
export function sumsOf(environment: EnvironmentTree): readonly RegionSum[] {
  return [...environment].map(([region, tree]) => {
    const { workloads, managed, notes } = expandRegion(tree);
    const found = systems.map((system) =>
      systemSum(
        system,
        workloads.filter((one) => one.system === system),
      ),
    );
    return {
      region,
      systems: found.filter(({ pods }) => pods.max > 0),
      managed: managedText(managed),
      pools: poolSums(tree, workloads),
      notes: [...notes, ...silent(workloads)],
    };
  });
}

function systemSum(system: System, workloads: readonly Workload[]): SystemSum {
  const nodes = workloads.filter(({ role }) => role === 'node');
  const total = (amount: (workload: Workload) => number): Range =>
    workloads
      .map((workload) => ({
        min: workload.pods.min * amount(workload),
        max: workload.pods.max * amount(workload),
      }))
      .reduce((sum, one) => ({ min: sum.min + one.min, max: sum.max + one.max }), zero);
  const ofNodes = (amount: (workload: Workload) => number): number =>
    nodes.reduce((sum, workload) => sum + workload.pods.max * amount(workload), 0);
  return {
    system,
    nodes: ofNodes(() => 1),
    nodeMilliCpu: ofNodes(({ main }) => main.milliCpu),
    nodeMemoryBytes: ofNodes(({ main }) => main.memoryBytes),
    pods: total(() => 1),
    milliCpu: total((workload) => podOf(workload).milliCpu),
    memoryBytes: total((workload) => podOf(workload).memoryBytes),
    diskBytes: total(({ diskBytesEach }) => diskBytesEach),
  };
}

function managedText(managed: readonly Managed[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { system, what } of managed)
    counts.set(`${system}: ${what}`, (counts.get(`${system}: ${what}`) ?? 0) + 1);
  return [...counts].map(([what, count]) => (count > 1 ? `${what} (${count})` : what));
}

function poolSums(tree: RegionTree, workloads: readonly Workload[]): readonly PoolSum[] {
  return nodePoolsIn(tree).map((pool) => {
    const on = workloads.filter((workload) => poolOf(workload, tree) === pool);
    const most = (amount: 'milliCpu' | 'memoryBytes'): number =>
      on.reduce((sum, workload) => sum + workload.pods.max * podOf(workload)[amount], 0);
    const limit = (name: 'cpu' | 'memory'): string | number | undefined => {
      const limits = at(specOf(pool), 'limits');
      return textAt(limits, name) ?? numberAt(limits, name);
    };
    const [cpu, memory] = [limit('cpu'), limit('memory')];
    return {
      pool: pool.name,
      limit: {
        milliCpu: cpu === undefined ? null : milliCpuOf(cpu),
        memoryBytes: memory === undefined ? null : bytesOf(memory),
      },
      most: { milliCpu: most('milliCpu'), memoryBytes: most('memoryBytes') },
    };
  });
}

/** Pods that ask for nothing take what is left: the sums are too small by them. */
function silent(workloads: readonly Workload[]): readonly string[] {
  return workloads
    .filter(({ main, pods }) => main.milliCpu === 0 && pods.max > 0)
    .map(
      ({ object, part }) =>
        `${object.kind} ${object.name}${part === '' ? '' : `, ${part}`}: no CPU requested`,
    );
}

/** Adds the sums of regions, system by system. */
export function totalOf(regions: readonly RegionSum[]): readonly SystemSum[] {
  const all = regions.flatMap((region) => region.systems);
  return systems
    .map((system) => all.filter((one) => one.system === system))
    .filter((same) => same.length > 0)
    .map((same) => same.reduce(addSums));
}

function addSums(a: SystemSum, b: SystemSum): SystemSum {
  const both = (key: 'pods' | 'milliCpu' | 'memoryBytes' | 'diskBytes'): Range => ({
    min: a[key].min + b[key].min,
    max: a[key].max + b[key].max,
  });
  return {
    system: a.system,
    nodes: a.nodes + b.nodes,
    nodeMilliCpu: a.nodeMilliCpu + b.nodeMilliCpu,
    nodeMemoryBytes: a.nodeMemoryBytes + b.nodeMemoryBytes,
    pods: both('pods'),
    milliCpu: both('milliCpu'),
    memoryBytes: both('memoryBytes'),
    diskBytes: both('diskBytes'),
  };
}
