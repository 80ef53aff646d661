import type { Decision } from '../decider.ts';
import type { OrderCommand, OrderRejection } from './order-commands.ts';
import type { OrderEvent } from './order-events.ts';
import type { ExistingOrder } from './order-state.ts';

export type Outcome = Decision<OrderEvent, OrderRejection>;

/** The fields that every event of an order starts with. */
export function head(
  { at }: OrderCommand,
  { orderId, userId }: ExistingOrder,
): { at: string; orderId: string; userId: string } {
  return { orderId, userId, at };
}
