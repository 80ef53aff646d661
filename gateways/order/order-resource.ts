import type { OrderResource } from '../../contracts/http/orders.ts';
import type { OrderShipped } from '../../domain/order/order-events.ts';
import type { ExistingOrder } from '../../domain/order/order-state.ts';
import type { StoredEvent } from '../../platform/ports/event-store.ts';

export const statusUrlOf = (orderId: string): string => `/v1/orders/${orderId}`;

/** An order as its customer sees it: without the payment token. */
export function orderResourceOf(order: ExistingOrder, events: readonly StoredEvent[]): OrderResource {
  const { orderId, status, currency, lines, discountMinor, shippingMinor, taxMinor, totalMinor, shipTo } =
    order;
  const steps = events.map(({ type, data, version }) => ({ type, at: (data as { at: string }).at, version }));
  const shipped = events.find(({ type }) => type === 'OrderShipped')?.data as OrderShipped | undefined;
  const refundDue = 'refundDue' in order ? order.refundDue : undefined;
  return {
    orderId,
    status,
    version: events.length,
    placedAt: steps[0]!.at,
    currency,
    lines: [...lines],
    discountMinor,
    shippingMinor,
    taxMinor,
    totalMinor,
    shipTo,
    ...(order.status === 'rejected' ? { reason: order.reason } : {}),
    ...(refundDue ? { refundDueMinor: refundDue.amountMinor } : {}),
    ...(shipped
      ? {
          shipment: {
            shipmentId: shipped.shipmentId,
            carrier: shipped.carrier,
            trackingCode: shipped.trackingCode,
          },
        }
      : {}),
    steps,
  };
}

/** Whether the customer knows where they stand: before that an order is only on its way to an outcome. */
export function hasOutcome({ status }: ExistingOrder): boolean {
  return status !== 'placed' && status !== 'confirmed';
}

/** Whether nothing will happen to an order any more, as far as anyone can tell. */
export function isEnded(order: ExistingOrder): boolean {
  if (order.status === 'refunded') return true;
  return (order.status === 'rejected' || order.status === 'cancelled') && !order.refundDue;
}
