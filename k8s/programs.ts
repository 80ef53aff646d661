import type { Environment, Region } from '../environments/schema.ts';
import type { ServiceName } from '../environments/parts.ts';
import { gateways } from '../gateways/index.ts';
import type { Service } from '../platform/ports/transactions.ts';
import { alwaysNeeded, systemsOf, type ResourceName, type SystemName } from '../platform/resources.ts';
import { tasks, workers } from '../workers/index.ts';
import type { Place } from './place.ts';

/** One Deployment: what the declaration of a gateway, worker or task, or the relay, comes to in a cluster. */
export type Program = {
  /** Of the Deployment and all that belongs to it. */
  readonly name: string;
  readonly kind: 'gateway' | 'worker' | 'relay' | 'task';
  readonly service: ServiceName;
  /** For `main.ts`. */
  readonly args: readonly string[];
  readonly systems: readonly SystemName[];
  readonly scale: { readonly min: number; readonly max: number };
  /** What a worker consumes, and how far one replica may be behind, in messages. */
  readonly consumes: readonly string[];
  readonly lagPerReplica: number;
  readonly requests: { readonly cpuMilli: number; readonly memoryMiB: number };
};

// The schemas of PostgreSQL have names of their own; the system design's names are those of the services.
const serviceOf: Readonly<Record<Service, ServiceName>> = {
  orders: 'order',
  users: 'user',
  catalogue: 'product',
  payment: 'payment',
  inventory: 'inventory',
  shipping: 'shipping',
  fraud: 'fraud',
  notification: 'notification',
  analytics: 'analytics',
  audit: 'audit',
};

/** One CPU and 2 GiB a pod of the ten services: the system design's 300 CPU and 600 GiB a region over its pods. */
const wholePod = { cpuMilli: 1000, memoryMiB: 2048 };
const workerPod = { cpuMilli: 500, memoryMiB: 512 };
const smallPod = { cpuMilli: 100, memoryMiB: 256 };

const none = { consumes: [], lagPerReplica: 0 };

/** Every program of the platform with its production scale. */
export function allPrograms(): readonly Program[] {
  return [
    ...gateways.map(({ name, service, needs, scale }): Program => ({
      ...none,
      name: `${name}-service`,
      kind: 'gateway',
      service: serviceOf[service],
      args: ['gateway', name],
      systems: systemsOf(needs, alwaysNeeded.gateway),
      scale,
      requests: wholePod,
    })),
    ...workers.map(({ name, service, needs, scale, consumes }): Program => ({
      name,
      kind: 'worker',
      service: serviceOf[service],
      args: ['worker', name],
      systems: systemsOf(needs as readonly ResourceName[], alwaysNeeded.worker),
      scale: { min: scale.min, max: scale.max },
      consumes: ([consumes].flat() as readonly { readonly name: string }[]).map((topic) => topic.name),
      lagPerReplica: scale.lagPerReplica,
      requests: workerPod,
    })),
    {
      ...none,
      name: 'relay',
      kind: 'relay',
      service: 'order',
      args: ['relay'],
      systems: [...alwaysNeeded.relay],
      // Two share the leases of the buckets; a third would only wait for one.
      scale: { min: 2, max: 2 },
      requests: wholePod,
    },
    ...tasks.map(({ name, service, needs }): Program => ({
      ...none,
      name,
      kind: 'task',
      service: serviceOf[service],
      args: ['worker', name],
      systems: systemsOf(needs as readonly ResourceName[], alwaysNeeded.task),
      scale: { min: 1, max: 1 },
      requests: smallPod,
    })),
  ];
}

/**
 * The programs of one region: those of its services, and without a database of its own the gateways only, since what
 * consumes or relays writes the streams of its home region. Replicas are within the environment's caps.
 */
export function programsOf({ environment, region }: Place): readonly Program[] {
  return allPrograms()
    .filter(({ service }) => region.services.includes(service))
    .filter(({ kind }) => region.database.kind !== 'remote' || kind === 'gateway')
    .map((program) => capped(program, environment));
}

function capped(
  program: Program,
  { replicas, partitions }: Pick<Environment, 'replicas' | 'partitions'>,
): Program {
  const { min, max } = program.scale;
  if (program.consumes.length > 0 && Math.min(max, replicas?.mostAtMost ?? max) > partitions) {
    throw new RangeError(
      `${program.name}: ${max} replicas are more than the ${partitions} partitions that they share`,
    );
  }
  if (replicas === null) return program;
  return {
    ...program,
    scale: { min: Math.min(min, replicas.leastAtMost), max: Math.min(max, replicas.mostAtMost) },
    requests: {
      cpuMilli: Math.min(program.requests.cpuMilli, 250),
      memoryMiB: Math.min(program.requests.memoryMiB, 512),
    },
  };
}

/** Whether anything scales the program here: without a scaler its replicas stand in the Deployment. */
export function isScaled(program: Program, { environment }: Place): boolean {
  const { scaling } = environment;
  if (program.scale.min === program.scale.max) return false;
  if (program.kind === 'gateway') return scaling.gateways !== 'fixed';
  return program.kind === 'worker' && scaling.workers !== 'fixed';
}

/** What the programs of a region ask for together when all are scaled out. */
export function mostRequestsOf(programs: readonly Program[]): Region['programs'] {
  return {
    cpu: programs.reduce((sum, { scale, requests }) => sum + (scale.max * requests.cpuMilli) / 1000, 0),
    memoryGiB: programs.reduce(
      (sum, { scale, requests }) => sum + (scale.max * requests.memoryMiB) / 1024,
      0,
    ),
  };
}
