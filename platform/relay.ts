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

/** Rows that an order leaves in an outbox on its way to the customer. */
const rowsAnOrder = (service: OutboxService): number => (service === 'orders' ? 6 : 1);

/** Over what time the rate of rows is looked at, in ms: some that came together are no load, and a load shows at once. */
const rateOverMs = 500;

/**
 * Shortest time from one pass of a relay over an outbox to the next, in ms, by how many rows come a second: it is told of each
 * pass that had some, and of the time since the one before. The rows of one pass would say less, for they follow from the pace:
 * one that was late would make the next ones late as well.
 */
export function createRelayPace(service: OutboxService): (rows: number, sinceMs: number) => number {
  let perSecond = 0;
  return (rows, sinceMs) => {
    const elapsedMs = Math.max(sinceMs, 1);
    perSecond += (1 - Math.exp(-elapsedMs / rateOverMs)) * ((rows * 1000) / elapsedMs - perSecond);
    return relayPaceMs(service, perSecond);
  };
}

function relayPaceMs(service: OutboxService, perSecond: number): number {
  if (unhurried.has(service)) return 400;
  if (perSecond < 150 * rowsAnOrder(service)) return 8;
  if (perSecond < 300 * rowsAnOrder(service)) return 40;
  return perSecond < 2500 ? 80 : 160;
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
