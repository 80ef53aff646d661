import Table from 'cli-table3';
import { gather } from '../difference/groups.ts';
import { bytesText, coresText } from '../quantity.ts';
import type { Range } from '../totals.ts';
import type { Comparison } from './compare-figures.ts';
import { totalOf, type RegionSum, type SystemSum } from './sums.ts';

export type CapacityReport = {
  readonly environment: string;
  readonly regions: readonly RegionSum[];
  readonly figures: readonly Comparison[];
};

const style = { head: [], border: [], compact: true };

/** The report as tables: sums by region and system, the figures of the design, node pools, and what is left out. */
export function renderCapacity({ environment, regions, figures }: CapacityReport): string {
  const parts = [
    `${environment}: requests of all pods, from the least to the most that scalers run`,
    sumTable(regions),
    ...(figures.length === 0
      ? []
      : ['Beside the system design (nodes without their helpers)', figureTable(figures)]),
    ...poolTable(regions),
    ...listed('Managed by a provider, counted apart', regions, (region) => region.managed),
    ...listed('Not in the sums', regions, (region) => region.notes),
    ...(figures.length === 0 ? [] : [verdictLine(figures)]),
  ];
  return parts.join('\n');
}

function sumTable(regions: readonly RegionSum[]): string {
  const numbers = Array.from({ length: 5 }, (): 'right' => 'right');
  const table = new Table({
    head: ['region', 'system', 'nodes', 'pods', 'CPU', 'memory', 'disk'],
    colAligns: ['left', 'left', ...numbers],
    style,
  });
  for (const { region, systems } of regions) for (const sum of systems) table.push(sumRow(region, sum));
  if (regions.length > 1) for (const sum of totalOf(regions)) table.push(sumRow('all', sum));
  return table.toString();
}

function sumRow(
  region: string,
  { system, nodes, pods, milliCpu, memoryBytes, diskBytes }: SystemSum,
): string[] {
  return [
    region,
    system,
    nodes === 0 ? '' : nodes.toLocaleString('en-US'),
    rangeText(pods, (count) => count.toLocaleString('en-US')),
    rangeText(milliCpu, coresText),
    rangeText(memoryBytes, bytesText),
    diskBytes.max === 0 ? '' : rangeText(diskBytes, bytesText),
  ];
}

function rangeText({ min, max }: Range, text: (amount: number) => string): string {
  return min === max ? text(max) : `${text(min)}–${text(max)}`;
}

function figureTable(figures: readonly Comparison[]): string {
  const table = new Table({
    head: ['what', 'region', 'design', 'rendered', '', 'difference'],
    colAligns: ['left', 'left', 'right', 'right', 'left', 'left'],
    style,
  });
  for (const [first, ...others] of alike(figures)) {
    const { what, design, rendered, verdict, difference } = first!;
    const where = [first!, ...others].map(({ region }) => region).join(', ');
    table.push([what, where, figureText(design), figureText(rendered), verdict, difference]);
  }
  return table.toString();
}

/** Figures that say the same of several regions. */
function alike(figures: readonly Comparison[]): readonly (readonly Comparison[])[] {
  return gather(
    figures,
    ({ what, region, design, rendered, verdict }) =>
      `${what} ${verdict} ${figureText(design)} ${figureText(rendered)} ${region === 'all' ? 'all' : ''}`,
  );
}

function figureText(range: Range): string {
  return range.max === Number.POSITIVE_INFINITY ? `${whole(range.min)}+` : rangeText(range, whole);
}

function whole(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

function poolTable(regions: readonly RegionSum[]): readonly string[] {
  const rows = regions.flatMap(({ region, pools }) =>
    pools.map(({ pool, limit, most }) => [
      region,
      pool,
      `${coresText(most.milliCpu)} of ${limit.milliCpu === null ? 'any' : coresText(limit.milliCpu)}`,
      `${bytesText(most.memoryBytes)} of ${limit.memoryBytes === null ? 'any' : bytesText(limit.memoryBytes)}`,
    ]),
  );
  if (rows.length === 0) return [];
  const table = new Table({ head: ['region', 'node pool', 'CPU at the most', 'memory at the most'], style });
  table.push(...rows);
  return ['Node pools', table.toString()];
}

/** The lines of all regions, each once with the regions that it is true of. */
function listed(
  title: string,
  regions: readonly RegionSum[],
  lines: (region: RegionSum) => readonly string[],
): readonly string[] {
  const where = new Map<string, string[]>();
  for (const region of regions)
    for (const line of lines(region)) where.set(line, [...(where.get(line) ?? []), region.region]);
  if (where.size === 0) return [];
  return [title, ...[...where].map(([line, names]) => `  ${line} (${names.join(', ')})`)];
}

function verdictLine(figures: readonly Comparison[]): string {
  const count = (verdict: string): number => figures.filter((figure) => figure.verdict === verdict).length;
  return `${figures.length} figures of the system design: ${count('equal')} equal, ${count('known')} differ as docs/seed-deviations.md says, ${count('other-option')} of options not chosen, ${count('differs')} differ`;
}
