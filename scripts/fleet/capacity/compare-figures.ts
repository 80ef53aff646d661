import { mainWorkloads } from '../../../platform/scale.ts';
import type { Figure, Measure } from '../document-figures.ts';
import { expandRegion } from '../expand.ts';
import { numberAt, textAt } from '../../rendered/fields.ts';
import { gibibytesOf } from '../quantity.ts';
import { zero, type Range } from '../totals.ts';
import type { EnvironmentTree, RegionTree } from '../tree.ts';
import { specOf } from '../workload.ts';
import { sumsOf, totalOf, type RegionSum, type SystemSum } from './sums.ts';

/** equal; known: differs as docs/seed-deviations.md says; other-option: the environment chose another; differs: nobody said why. */
export type Verdict = 'equal' | 'known' | 'other-option' | 'differs';

export type Comparison = {
  readonly says: string;
  readonly what: string;
  readonly region: string;
  readonly design: Range;
  readonly rendered: Range;
  readonly verdict: Verdict;
  /** In words, where it is not equal. */
  readonly difference: string;
};

/**
 * Holds each figure of the system design against what is rendered. An environment that has not all of its regions is a
 * smaller one, of which the design says nothing: no comparison.
 */
export function compareFigures(
  figures: readonly Figure[],
  environment: EnvironmentTree,
): readonly Comparison[] {
  if (figures.some(({ region }) => region !== 'all' && !environment.has(region))) return [];
  const sums = sumsOf(environment);
  return figures.map((figure) => {
    const rendered = renderedOf(figure, environment, sums);
    const verdict = verdictOf(figure, rendered, environment);
    const { says, measure, region, value } = figure;
    return {
      says,
      what: whatOf(measure),
      region,
      design: value,
      rendered,
      verdict,
      difference: verdict === 'equal' ? '' : differenceText(figure, rendered, verdict),
    };
  });
}

function renderedOf(
  { measure, region }: Figure,
  environment: EnvironmentTree,
  sums: readonly RegionSum[],
): Range {
  const chosen = region === 'all' ? sums : sums.filter((sum) => sum.region === region);
  const tree = environment.get(region) ?? new Map();
  switch (measure.of) {
    case 'nodes':
    case 'cpu':
    case 'memoryGib': {
      const sum = totalOf(chosen).find(({ system }) => system === measure.system);
      return exactly(sum ? amountOf(measure.of, sum) : 0);
    }
    case 'pods':
      return servicePods(measure.service, tree);
    case 'topics':
      return exactly(topicsIn(tree).length);
    case 'partitions':
    case 'replicationFactor':
      return topicRange(tree, measure.of === 'partitions' ? 'partitions' : 'replicas');
    case 'readReplicas': {
      const kinds = expandRegion(tree).managed.map(({ object }) => object.kind);
      const instances = kinds.filter((kind) => kind === 'ClusterInstance').length;
      // The region with the global cluster has the writer too.
      return exactly(kinds.includes('GlobalCluster') ? instances - 1 : instances);
    }
    case 'shards':
      return exactly(
        expandRegion(tree).workloads.filter(
          ({ object }) => object.group === 'postgresql.cnpg.io' && object.kind === 'Cluster',
        ).length,
      );
  }
}

/** Systems that the design counts in nodes have theirs; of programs and gateways it counts all pods at their most. */
function amountOf(of: 'nodes' | 'cpu' | 'memoryGib', sum: SystemSum): number {
  const hasNodes = sum.nodes > 0;
  if (of === 'nodes') return sum.nodes;
  if (of === 'cpu') return (hasNodes ? sum.nodeMilliCpu : sum.milliCpu.max) / 1000;
  return gibibytesOf(hasNodes ? sum.nodeMemoryBytes : sum.memoryBytes.max);
}

const mains = new Set(mainWorkloads.map(({ kind, name }) => (kind === 'gateway' ? `${name}-service` : name)));

/** A service's pods are those of its main program. */
function servicePods(service: string, tree: RegionTree): Range {
  const programs = expandRegion(tree).workloads.filter(
    ({ object }) => textAt(object.value, 'metadata', 'labels', 'meridian.example/service') === service,
  );
  return programs.find(({ object }) => mains.has(object.name))?.pods ?? zero;
}

/** The platform's topics: copies of other regions' and a mirror's ledgers are on top of the design's. */
function topicsIn(tree: RegionTree) {
  return [...tree.values()].filter(({ group, kind, value }) => {
    const role = textAt(value, 'metadata', 'labels', 'meridian.example/topic');
    return group === 'kafka.strimzi.io' && kind === 'KafkaTopic' && (role ?? 'own') === 'own';
  });
}

function topicRange(tree: RegionTree, field: 'partitions' | 'replicas'): Range {
  const values = topicsIn(tree).map((topic) => numberAt(specOf(topic), field) ?? 0);
  return values.length === 0 ? zero : { min: Math.min(...values), max: Math.max(...values) };
}

function verdictOf(figure: Figure, rendered: Range, environment: EnvironmentTree): Verdict {
  const { value, approximate, deviation, option } = figure;
  if (approximate ? isNear(rendered, value) : isWithin(rendered, value)) return 'equal';
  if (rendered.max === 0 && (option === true || isManaged(figure, environment))) return 'other-option';
  if (deviation && isNear(rendered, deviation.value, 0.001)) return 'known';
  return 'differs';
}

/** The same range; a design that says "and more" takes any that is enough. */
function isWithin(rendered: Range, value: Range): boolean {
  return value.max === Number.POSITIVE_INFINITY
    ? rendered.min >= value.min
    : rendered.min === value.min && rendered.max === value.max;
}

function isNear(rendered: Range, value: Range, part = 0.1): boolean {
  return Math.abs(rendered.max - value.max) <= value.max * part;
}

function isManaged({ measure, region }: Figure, environment: EnvironmentTree): boolean {
  if (!('system' in measure)) return false;
  return [...environment]
    .filter(([name]) => region === 'all' || name === region)
    .some(([, tree]) => expandRegion(tree).managed.some(({ system }) => system === measure.system));
}

function whatOf(measure: Measure): string {
  if ('system' in measure)
    return `${measure.system} ${measure.of === 'memoryGib' ? 'memory, GiB' : measure.of}`;
  return 'service' in measure ? `${measure.service} pods` : measure.of;
}

function differenceText({ value, deviation }: Figure, rendered: Range, verdict: Verdict): string {
  if (verdict === 'other-option') return 'another option was chosen';
  const by = rendered.max - (Number.isFinite(value.max) ? value.max : value.min);
  const amount = `${by > 0 ? '+' : '−'}${Math.abs(by).toLocaleString('en-US', { maximumFractionDigits: 0 })}`;
  const size = by === 0 ? 'another least' : amount;
  return verdict === 'known' ? `${size}: ${deviation!.because}` : size;
}

function exactly(value: number): Range {
  return { min: value, max: value };
}
