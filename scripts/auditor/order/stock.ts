import type { Allocation } from '../../../domain/inventory/allocation.ts';
import { about, type OrderFacts, type OrderInvariant } from './order-facts.ts';

export const stockFollowsOrder: OrderInvariant = {
  name: 'stock-follows-order',
  about: 'units are booked out just for shipped orders, and let go for orders that ended',
  needs: ['postgres'],
  check(facts) {
    const { reservation } = facts;
    if (!reservation) return undefined;
    const types = new Set(facts.orderEvents.map(({ event }) => event.type));
    const ended = types.has('OrderRejected') || types.has('OrderCancelled');
    const { status } = reservation;
    switch (status) {
      case 'held':
        if (ended) return [about(facts, 'units held for an order that ended', true)];
        return types.has('OrderShipped') ? [about(facts, 'shipped, and its units still held', true)] : [];
      case 'committed':
        if (!types.has('OrderShipped')) return [about(facts, 'units booked out for an order never shipped')];
        return types.has('OrderReturned') ? [about(facts, 'returned, and its units still out', true)] : [];
      case 'returned':
        return types.has('OrderReturned') ? [] : [about(facts, 'units came back of an order never returned')];
      case 'released':
        return ended ? [] : [about(facts, 'units let go for an order that did not end')];
      case 'refused':
        return types.has('OrderConfirmed') ? [about(facts, 'confirmed without any units')] : [];
      default:
        return status satisfies never;
    }
  },
};

export const allocationsMatchLines: OrderInvariant = {
  name: 'allocations-match-lines',
  about: 'the units held or booked out for an order are those of its lines',
  needs: ['postgres'],
  check(facts) {
    const { reservation, order } = facts;
    if (!reservation || order.status === 'new') return undefined;
    const { status, allocations } = reservation;
    // Of an order that ended before its units were held, nothing was allocated.
    if (status === 'refused' || (status === 'released' && allocations.length === 0)) return undefined;
    const wanted = unitsOf(order.lines);
    const got = unitsOf(allocations);
    const wrong = [...new Set([...wanted.keys(), ...got.keys()])].filter(
      (sku) => wanted.get(sku) !== got.get(sku),
    );
    return wrong.map((sku) =>
      about(facts, `${got.get(sku) ?? 0} units of ${sku} allocated, ${wanted.get(sku) ?? 0} ordered`),
    );
  },
};

/** What an order that ended still has of the stock, in units. */
export function unitsKept({ reservation }: Pick<OrderFacts, 'reservation'>): number {
  if (reservation?.status !== 'held' && reservation?.status !== 'committed') return 0;
  return reservation.allocations.reduce((sum, { quantity }) => sum + quantity, 0);
}

function unitsOf(lines: readonly Pick<Allocation, 'sku' | 'quantity'>[]): Map<string, number> {
  const units = new Map<string, number>();
  for (const { sku, quantity } of lines) units.set(sku, (units.get(sku) ?? 0) + quantity);
  return units;
}
