import { hoursAMonth, partPaid, prices, type RegionPrices } from '../../environments/prices.ts';
import { expandRegion } from './expand.ts';
import { sharesOf } from './node-pools.ts';
import { gibibytesOf } from './quantity.ts';
import type { RegionTree } from './tree.ts';
import { plus, type Footprint, type Workload } from './workload.ts';

/** From the least that scalers keep to the most that they may start. */
export type Range = { readonly min: number; readonly max: number };

/** What a region's objects come to. */
export type Totals = {
  readonly pods: Range;
  readonly milliCpu: Range;
  readonly memoryBytes: Range;
  readonly diskBytes: Range;
  readonly dollarsAMonth: Range;
};

export const zero: Range = { min: 0, max: 0 };
export const noTotals: Totals = {
  pods: zero,
  milliCpu: zero,
  memoryBytes: zero,
  diskBytes: zero,
  dollarsAMonth: zero,
};

/** Adds up what the workloads of a region request, and what that costs at the region's list prices. */
export function totalsOf(region: string, tree: RegionTree): Totals {
  const { workloads } = expandRegion(tree);
  return workloads.map((workload) => workloadTotals(workload, region, tree)).reduce(addTotals, noTotals);
}

/** What one pod requests, sidecars included. */
export function podOf({ main, sidecars }: Workload): Footprint {
  return plus(main, sidecars);
}

function workloadTotals(workload: Workload, region: string, tree: RegionTree): Totals {
  const { pods } = workload;
  const each = podOf(workload);
  const times = (amount: number): Range => ({ min: pods.min * amount, max: pods.max * amount });
  return {
    pods,
    milliCpu: times(each.milliCpu),
    memoryBytes: times(each.memoryBytes),
    diskBytes: times(workload.diskBytesEach),
    dollarsAMonth: times(dollarsAMonth(workload, each, region, tree)),
  };
}

function dollarsAMonth(workload: Workload, each: Footprint, region: string, tree: RegionTree): number {
  const price = priceIn(region);
  const list =
    ((each.milliCpu / 1000) * price.vcpuHour + gibibytesOf(each.memoryBytes) * price.gibHour) * hoursAMonth;
  const paid = sharesOf(workload, tree).reduce(
    (sum, { purchase, share }) => sum + share * partPaid[purchase],
    0,
  );
  return list * paid + gibibytesOf(workload.diskBytesEach) * price.diskGibMonth;
}

/** A region that is not in the price list costs as much as the first one there. */
function priceIn(region: string): RegionPrices {
  return prices[region] ?? Object.values(prices)[0]!;
}

export function addTotals(a: Totals, b: Totals): Totals {
  return combine(a, b, (x, y) => x + y);
}

export function subtractTotals(a: Totals, b: Totals): Totals {
  return combine(a, b, (x, y) => x - y);
}

function combine(a: Totals, b: Totals, operation: (x: number, y: number) => number): Totals {
  const both = (key: keyof Totals): Range => ({
    min: operation(a[key].min, b[key].min),
    max: operation(a[key].max, b[key].max),
  });
  return {
    pods: both('pods'),
    milliCpu: both('milliCpu'),
    memoryBytes: both('memoryBytes'),
    diskBytes: both('diskBytes'),
    dollarsAMonth: both('dollarsAMonth'),
  };
}
