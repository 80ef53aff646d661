import type { OrderEventContract } from '../../contracts/order-events.ts';
import type { HistoryChange, HistoryEvent, OrderSummary } from '../../platform/ports/order-history.ts';

/** The status that an event brings the order into; all other events leave it as it is. */
const statuses: Readonly<Record<string, string>> = {
  OrderPlaced: 'placed',
  OrderConfirmed: 'confirmed',
  OrderRejected: 'rejected',
  OrderPaid: 'paid',
  OrderShipped: 'shipped',
  OrderDelivered: 'delivered',
  OrderCancelled: 'cancelled',
  OrderRefunded: 'refunded',
  OrderReturned: 'returned',
};

type Placed = Extract<OrderEventContract, { type: 'OrderPlaced' }>;

export type HistoryBase = Pick<OrderSummary, 'currency' | 'totalMinor' | 'lines'> & {
  readonly createdAt: Date;
};

/** What the order was placed with; undefined when the event that says so is not among these. */
export function baseOf(events: readonly HistoryEvent[]): HistoryBase | undefined {
  const placed = events.find(({ type }) => type === 'OrderPlaced');
  if (!placed) return undefined;
  // The consumer has checked it against the contract already.
  const { currency, totalMinor, lines } = placed.data as Pick<Placed, 'currency' | 'totalMinor' | 'lines'>;
  return {
    createdAt: new Date(placed.at),
    currency,
    totalMinor,
    lines: lines.map(({ sku, quantity }) => ({ sku, quantity })),
  };
}

export type VersionedStatus = { readonly version: number; readonly status: string };

/** The status after the newest event that has one. */
export function statusOf(events: readonly HistoryEvent[]): VersionedStatus | undefined {
  return events
    .flatMap(({ version, type }) =>
      statuses[type] === undefined ? [] : [{ version, status: statuses[type] }],
    )
    .reduce<VersionedStatus | undefined>(
      (newest, next) => (newest && newest.version > next.version ? newest : next),
      undefined,
    );
}

/**
 * The summary of an order from its whole stream, in any order and with repeats: what the read model must say after all
 * of it was applied. Undefined without an OrderPlaced.
 */
export function foldHistory({ orderId, userId, events }: HistoryChange): OrderSummary | undefined {
  const base = baseOf(events);
  if (!base) return undefined;
  const byVersion = new Map(events.map((event) => [event.version, event]));
  const steps = [...byVersion.values()].toSorted((a, b) => a.version - b.version);
  const { createdAt, ...placed } = base;
  return {
    orderId,
    userId,
    createdAt: createdAt.toISOString(),
    status: statusOf(steps)?.status ?? 'placed',
    version: steps.at(-1)?.version ?? 0,
    ...placed,
    steps: steps.map(({ type, at, version }) => ({ type, at: new Date(at).toISOString(), version })),
  };
}
