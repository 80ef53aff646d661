import type { Json } from '../rendered/fields.ts';
import type { FleetObject } from './object.ts';

/** What a workload belongs to; the rows of the capacity table. */
export const systems = [
  'programs',
  'api-gateway',
  'redis',
  'postgres',
  'mongo',
  'kafka',
  'observability',
  'other',
] as const;
export type System = (typeof systems)[number];

export type Footprint = { readonly milliCpu: number; readonly memoryBytes: number };

/** Pods that run; a scaler moves them between min and max. */
export type PodCount = { readonly min: number; readonly max: number };

/** Equal pods that an object stands for. A custom resource may stand for several sorts of them (leaders, followers). */
export type Workload = {
  readonly system: System;
  readonly object: FleetObject;
  /** Which pods of the object; empty when it has one sort. */
  readonly part: string;
  /** `node`: what the system design counts (a Redis node, a broker, a Citus or Mongo node). `helper`: what they need besides. */
  readonly role: 'node' | 'helper';
  readonly pods: PodCount;
  /** What the main containers of one pod request: the node of the system design. */
  readonly main: Footprint;
  /** What exporters, agents and other sidecars of one pod request. */
  readonly sidecars: Footprint;
  readonly diskBytesEach: number;
  /** The labels that a node must have: they tell the node pool. */
  readonly nodeLabels: Readonly<Record<string, string>>;
};

/** Something that a provider runs: it has no pods in the cluster, so it is counted apart. */
export type Managed = { readonly system: System; readonly object: FleetObject; readonly what: string };

/** What the objects of one region stand for. */
export type Expansion = {
  readonly workloads: readonly Workload[];
  readonly managed: readonly Managed[];
  /** What the figures leave out, or could not find. */
  readonly notes: readonly string[];
};

/** What an object needs to know of its neighbours. */
export type Neighbours = {
  readonly find: (kind: string, namespace: string, name: string) => FleetObject | undefined;
  /** The bounds that a scaler sets for the workload, if one does. */
  readonly scaledBy: (kind: string, namespace: string, name: string) => PodCount | undefined;
};

/** Says what an object stands for, or undefined when it is none of this system. */
export type Expand = (object: FleetObject, neighbours: Neighbours) => Expansion | undefined;

export const nothing: Footprint = { milliCpu: 0, memoryBytes: 0 };

export function fixed(count: number): PodCount {
  return { min: count, max: count };
}

export function plus(a: Footprint, b: Footprint): Footprint {
  return { milliCpu: a.milliCpu + b.milliCpu, memoryBytes: a.memoryBytes + b.memoryBytes };
}

/** The spec of an object: where all that a controller reads stands. */
export function specOf(object: FleetObject): Json | undefined {
  return object.value['spec'];
}
