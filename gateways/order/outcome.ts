import type { OrderResource } from '../../contracts/http/orders.ts';
import { bucketOf } from '../../domain/ids.ts';
import type { StoredEvent } from '../../platform/ports/event-store.ts';
import { orderStream } from '../../platform/streams/order-stream.ts';
import { stateOf } from '../../platform/streams/read-stream.ts';
import type { OrderTools } from './context.ts';
import { hasOutcome, orderResourceOf } from './order-resource.ts';

export type Until = { readonly timeoutMs: number; readonly signal: AbortSignal };

/** Waits until the saga has come to an outcome (paid, rejected, cancelled); undefined when the time is over before. */
export async function outcomeOf(
  { waiter, context }: OrderTools,
  orderId: string,
  knownVersion: number,
  { timeoutMs, signal }: Until,
): Promise<OrderResource | undefined> {
  const endMs = performance.now() + timeoutMs;
  const key = { bucket: bucketOf(orderId, context.partitions), streamId: orderId };
  let events: readonly StoredEvent[] | undefined = [];
  if (knownVersion === 0) [events] = await context.orders.read([key]);
  while (events) {
    const { state } = stateOf(orderStream, events);
    if (state.status !== 'new' && hasOutcome(state)) return orderResourceOf(state, events);
    const known = Math.max(knownVersion, events.length);
    events = await waiter.next(orderId, known, { timeoutMs: endMs - performance.now(), signal });
  }
  return undefined;
}
