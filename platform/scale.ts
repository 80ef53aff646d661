import type { Service } from './ports/transactions.ts';

/** Replicas of a program in one region of production; other environments cap them. */
export type Replicas = { readonly min: number; readonly max: number };

/** What one replica asks for. The memory is its limit too. */
export type Resources = { readonly cpuMilli: number; readonly memoryMiB: number };

/**
 * One CPU and 2 GiB: the system design's 300 CPU and 600 GiB a region over the 102 to 255 pods of its ten services. A
 * process of one program takes 150 to 250 MB, two with all of them 750 MB at 400 orders/s; the rest is room for peaks.
 */
export const wholePod: Resources = { cpuMilli: 1000, memoryMiB: 2048 };
/** A worker beside those of the design; it works off a queue, and may fall behind for a moment. */
const workerPod: Resources = { cpuMilli: 500, memoryMiB: 512 };
/** A gateway that only operators, or few, ask; a worker that collects events and is rarely called. */
export const smallPod: Resources = { cpuMilli: 250, memoryMiB: 512 };
const taskPod: Resources = { cpuMilli: 100, memoryMiB: 256 };

const defaultResources = {
  gateway: wholePod,
  worker: workerPod,
  relay: wholePod,
  task: taskPod,
} as const satisfies Record<string, Resources>;

/** What a program can be; each has its default resources. */
export type ProgramKind = keyof typeof defaultResources;

/** What a program asks for: what it declares, else what its kind does. */
export function resourcesOf(
  kind: ProgramKind,
  { resources }: { readonly resources?: Resources | undefined },
): Resources {
  return resources ?? defaultResources[kind];
}

/** The program that does most of a service's work; the system design's pods of the service are its. */
export type MainWorkload = { readonly kind: 'gateway' | 'worker'; readonly name: string };

const mainOf: Partial<Record<Service, MainWorkload>> = {
  users: { kind: 'gateway', name: 'user' },
  catalogue: { kind: 'gateway', name: 'product' },
  orders: { kind: 'gateway', name: 'order' },
  inventory: { kind: 'gateway', name: 'inventory' },
  payment: { kind: 'gateway', name: 'payment' },
  shipping: { kind: 'gateway', name: 'shipping' },
  notification: { kind: 'worker', name: 'send-notification' },
  analytics: { kind: 'worker', name: 'aggregate-analytics' },
  fraud: { kind: 'worker', name: 'score-order' },
  recommendation: { kind: 'gateway', name: 'recommendation' },
};

/** One for each of the ten services. */
export const mainWorkloads: readonly MainWorkload[] = Object.values(mainOf);

/** Undefined for the audit trail, which the system design has as a topic only. */
export function mainWorkloadOf(service: Service): MainWorkload | undefined {
  return mainOf[service];
}
