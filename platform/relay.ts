import type { Service } from './ports/transactions.ts';
import type { ResourceName } from './resources.ts';
import type { Replicas, Resources } from './scale.ts';

/** The services whose outbox is published. */
export const outboxServices = [
  'orders',
  'payment',
  'inventory',
  'fraud',
  'notification',
  'analytics',
  'recommendation',
  'audit',
] as const satisfies readonly Service[];

export type OutboxService = (typeof outboxServices)[number];

/** Those whose events report what is over already: no order waits for them, and they go out a few times a second. */
const unhurried: ReadonlySet<OutboxService> = new Set([
  'notification',
  'analytics',
  'recommendation',
  'audit',
]);

/** Shortest time from one pass of a relay over an outbox to the next after one with so many rows, in ms. */
export function relayPaceMs(service: OutboxService, rows: number): number {
  if (unhurried.has(service)) return 400;
  if (rows < 12) return 8;
  if (rows < 20) return 40;
  // Twice the rows at twice the pace: one pass that was late does not change it for good.
  return rows < 250 ? 80 : 160;
}

/** A process that publishes the outboxes of these services; what it connects to is `alwaysNeeded.relay`. */
export type RelayDefinition = {
  readonly name: string;
  readonly service: Service;
  readonly outboxes: readonly OutboxService[];
  readonly needs: readonly ResourceName[];
  readonly scale: Replicas;
  readonly resources?: Resources;
};

/**
 * One relay for all outboxes: an idle one costs next to nothing, and a process each would be eight of them. Its replicas share
 * the buckets by lease, whoever comes gets a part: two outlive the loss of one, four carry a peak.
 */
export const relays: readonly RelayDefinition[] = [
  { name: 'relay', service: 'orders', outboxes: outboxServices, needs: [], scale: { min: 2, max: 4 } },
];
