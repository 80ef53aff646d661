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
