import type { OrderCommand, OrderRejection } from '../../domain/order/order-commands.ts';
import type { OrderEvent } from '../../domain/order/order-events.ts';
import type { Order } from '../../domain/order/order-state.ts';
import { orderDecider } from '../../domain/order/order.ts';
import { topics } from '../../contracts/topics.ts';
import type { StreamKind } from '../decide-all.ts';
import type { SagaChange } from '../ports/event-store.ts';

/** How long an order may stay in a state before the sweeper looks at it, in ms. Equal ones leave the row as it is. */
const sagaLimitsMs = {
  placed: 15 * 60_000,
  confirmed: 15 * 60_000,
  paid: 15 * 60_000,
  refund: 60 * 60_000,
};

/** Every event of an order is a fact on `order-events`; its event id is `<order id>/<version>`. */
export const orderStream: StreamKind<Order, OrderCommand, OrderEvent, OrderRejection> = {
  decider: orderDecider,
  eventIdPrefix: '',
  publishesTo: topics.orderEvents.name,
  sagaOf: (events, order) => sagaOf(order, Date.parse(events.at(-1)!.at)),
};

/** An order is unfinished until it is shipped, or ended with nothing owed. */
export function sagaOf(order: Order, atMs: number): SagaChange | undefined {
  const until = (limitMs: number): Date => new Date(atMs + limitMs);
  switch (order.status) {
    case 'new':
      return undefined;
    case 'placed':
      return {
        change: 'open',
        deadlineAt: until(sagaLimitsMs.placed),
        ...(order.fraud === 'review' ? { parkedReason: 'fraud-review' } : {}),
      };
    case 'confirmed':
      return { change: 'open', deadlineAt: until(sagaLimitsMs.confirmed) };
    case 'paid':
      return { change: 'open', deadlineAt: until(sagaLimitsMs.paid) };
    case 'rejected':
    case 'cancelled':
    case 'returned':
      return order.refundDue
        ? { change: 'open', deadlineAt: until(sagaLimitsMs.refund) }
        : { change: 'ended' };
    case 'shipped':
    case 'delivered':
    case 'refunded':
      return { change: 'ended' };
  }
}
