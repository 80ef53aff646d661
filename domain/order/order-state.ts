import type { OrderEvent, OrderTerms, RejectedReason } from './order-events.ts';

type Details = { readonly orderId: string; readonly userId: string } & OrderTerms;
export type Capture = { readonly paymentId: string; readonly amountMinor: number };
/** `refundDue`: captured money that has not gone back yet. */
type Owing = { readonly refundDue: Capture | undefined };

export type PlacedOrder = Details & {
  readonly status: 'placed';
  readonly stock: 'pending' | 'reserved';
  readonly fraud: 'pending' | 'clear' | 'review';
};
export type ExistingOrder =
  | PlacedOrder
  | (Details & { readonly status: 'confirmed' })
  | (Details & { readonly status: 'paid' | 'shipped' | 'delivered'; readonly capture: Capture })
  | (Details & Owing & { readonly status: 'rejected'; readonly reason: RejectedReason })
  | (Details & Owing & { readonly status: 'cancelled' })
  | (Details & Owing & { readonly status: 'returned'; readonly capture: Capture })
  | (Details & {
      readonly status: 'refunded';
      readonly after: 'rejected' | 'cancelled' | 'returned';
      readonly capture: Capture;
    });
export type Order = { readonly status: 'new' } | ExistingOrder;

/** Applies one event; an event that no decision could have recorded here leaves the order as it is. */
export function evolveOrder(order: Order, event: OrderEvent): Order {
  if (order.status === 'new') {
    if (event.type !== 'OrderPlaced') return order;
    const { type: _, at: __, ...details } = event;
    return { ...details, status: 'placed', stock: 'pending', fraud: 'pending' };
  }
  switch (event.type) {
    case 'OrderPlaced':
      return order;
    case 'OrderStockReserved':
      return order.status === 'placed' ? { ...order, stock: 'reserved' } : order;
    case 'OrderFraudCleared':
      return order.status === 'placed' ? { ...order, fraud: 'clear' } : order;
    case 'OrderHeldForReview':
      return order.status === 'placed' ? { ...order, fraud: 'review' } : order;
    case 'OrderConfirmed':
      return order.status === 'placed' ? { ...detailsOf(order), status: 'confirmed' } : order;
    case 'OrderPaid': {
      const capture = { paymentId: event.paymentId, amountMinor: event.totalMinor };
      return order.status === 'confirmed' ? { ...order, status: 'paid', capture } : order;
    }
    case 'OrderShipped':
      return order.status === 'paid' ? { ...order, status: 'shipped' } : order;
    case 'OrderDelivered':
      return order.status === 'shipped' ? { ...order, status: 'delivered' } : order;
    case 'OrderRejected':
      if (order.status !== 'placed' && order.status !== 'confirmed') return order;
      return { ...detailsOf(order), status: 'rejected', reason: event.reason, refundDue: undefined };
    case 'OrderCancelled':
      if (order.status !== 'placed' && order.status !== 'confirmed' && order.status !== 'paid') return order;
      return { ...detailsOf(order), status: 'cancelled', refundDue: undefined };
    case 'OrderReturned':
      return order.status === 'delivered' ? { ...order, status: 'returned', refundDue: undefined } : order;
    case 'OrderRefundDue': {
      const refundDue = { paymentId: event.paymentId, amountMinor: event.amountMinor };
      return 'refundDue' in order ? { ...order, refundDue } : order;
    }
  }
  event.type satisfies 'OrderRefunded';
  if (!('refundDue' in order) || !order.refundDue) return order;
  return { ...detailsOf(order), status: 'refunded', after: order.status, capture: order.refundDue };
}

function detailsOf(order: ExistingOrder): Details {
  return {
    orderId: order.orderId,
    userId: order.userId,
    currency: order.currency,
    lines: order.lines,
    discountMinor: order.discountMinor,
    shippingMinor: order.shippingMinor,
    taxMinor: order.taxMinor,
    totalMinor: order.totalMinor,
    paymentToken: order.paymentToken,
    shipTo: order.shipTo,
  };
}
