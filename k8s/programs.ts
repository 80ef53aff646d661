import type { Environment, Region } from '../environments/schema.ts';
import type { ServiceName } from '../environments/parts.ts';
import { gateways } from '../gateways/index.ts';
import type { Service } from '../platform/ports/transactions.ts';
import { relays } from '../platform/relay.ts';
import { alwaysNeeded, systemsOf, type ResourceName, type SystemName } from '../platform/resources.ts';
import { resourcesOf, type ProgramKind, type Replicas, type Resources } from '../platform/scale.ts';
import { tasks, workers } from '../workers/index.ts';
import type { Place } from './place.ts';

/** One Deployment: what the declaration of a gateway, worker or task, or the relay, comes to in a cluster. */
export type Program = {
  /** Of the Deployment and all that belongs to it. */
  readonly name: string;
  readonly kind: ProgramKind;
  readonly service: ServiceName;
  /** For `main.ts`. */
  readonly args: readonly string[];
  readonly systems: readonly SystemName[];
  readonly scale: Replicas;
  /** What a worker consumes, and how far one replica may be behind, in messages. */
  readonly consumes: readonly string[];
  readonly lagPerReplica: number;
  readonly requests: Resources;
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
  recommendation: 'recommendation',
  audit: 'audit',
};

const none = { consumes: [], lagPerReplica: 0 };

/** Every program of the platform with its production scale. */
export function allPrograms(): readonly Program[] {
  return [
    ...gateways.map((gateway): Program => ({
      ...none,
      name: `${gateway.name}-service`,
      kind: 'gateway',
      service: serviceOf[gateway.service],
      args: ['gateway', gateway.name],
      systems: systemsOf(gateway.needs, alwaysNeeded.gateway),
      scale: gateway.scale,
      requests: resourcesOf('gateway', gateway),
    })),
    ...workers.map((worker): Program => ({
      name: worker.name,
      kind: 'worker',
      service: serviceOf[worker.service],
      args: ['worker', worker.name],
      systems: systemsOf(worker.needs as readonly ResourceName[], alwaysNeeded.worker),
      scale: { min: worker.scale.min, max: worker.scale.max },
      consumes: ([worker.consumes].flat() as readonly { readonly name: string }[]).map(({ name }) => name),
      lagPerReplica: worker.scale.lagPerReplica,
      requests: resourcesOf('worker', worker),
    })),
    ...relays.map((relay): Program => ({
      ...none,
      name: relay.name,
      kind: 'relay',
      service: serviceOf[relay.service],
      args: ['relay', ...relay.outboxes],
      systems: systemsOf(relay.needs, alwaysNeeded.relay),
      scale: relay.scale,
      requests: resourcesOf('relay', relay),
    })),
    ...tasks.map((task): Program => ({
      ...none,
      name: task.name,
      kind: 'task',
      service: serviceOf[task.service],
      args: ['worker', task.name],
      systems: systemsOf(task.needs as readonly ResourceName[], alwaysNeeded.task),
      scale: task.scale,
      requests: resourcesOf('task', task),
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
  { name, replicas, partitions }: Pick<Environment, 'name' | 'replicas' | 'partitions'>,
): Program {
  const { min, max } = program.scale;
  if (program.consumes.length > 0 && Math.min(max, replicas?.mostAtMost ?? max) > partitions) {
    throw new RangeError(
      `${name}: ${program.name}: ${max} replicas are more than the ${partitions} partitions that they share`,
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
  // The relay's load is that of the gateways, and it has no lag that Kafka would know of.
  if (program.kind === 'gateway' || program.kind === 'relay') return scaling.gateways !== 'fixed';
  return program.kind === 'worker' && scaling.workers !== 'fixed';
}

/** The pods that a roll-out has besides, as a share of those that there are. */
export const surgeShare = 0.25;

/** What the programs of a region ask for together when all are scaled out and rolled out. */
export function mostRequestsOf(programs: readonly Program[]): Region['programs'] {
  const sumOf = (amount: (requests: Resources) => number): number =>
    programs.reduce(
      (sum, { scale, requests }) => sum + (scale.max + Math.ceil(scale.max * surgeShare)) * amount(requests),
      0,
    );
  return {
    cpu: sumOf(({ cpuMilli }) => cpuMilli / 1000),
    memoryGiB: sumOf(({ memoryMiB }) => memoryMiB / 1024),
  };
}

/** @throws RangeError when the namespace's quota would refuse pods of a roll-out. */
export function requireRoom(place: Place): void {
  const { environment, region } = place;
  const most = mostRequestsOf(programsOf(place));
  const { cpu, memoryGiB } = region.programs;
  if (most.cpu <= cpu && most.memoryGiB <= memoryGiB) return;
  throw new RangeError(
    `${environment.name}/${region.name}: its programs ask for ${most.cpu} CPU and ${most.memoryGiB} GiB when all are scaled and rolled out, and programs sets ${cpu} CPU and ${memoryGiB} GiB aside`,
  );
}
