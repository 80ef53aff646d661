import { topics } from '../contracts/topics.ts';
import type { Order } from '../domain/order/order-state.ts';
import { foldStream } from '../platform/decide-all.ts';
import type { HeldReservation } from '../platform/ports/stock.ts';
import { orderStream } from '../platform/streams/order-stream.ts';
import { defineTask } from '../platform/worker.ts';

const page = 500;
/** A reservation younger than this is the journey's own business, in ms. */
const minimumAgeMs = 30 * 60_000;

/**
 * Looks after reservations that were never settled: units held for an order that ended, or that never came to be, go back,
 * those of a shipped one are booked out, and in again where it was returned meanwhile. The reservation's own events do this as a
 * rule; this is for the one that was dead-lettered while the units were held. What was booked out is not looked at again.
 */
export const sweepReservations = defineTask({
  name: 'sweep-reservations',
  service: 'inventory',
  needs: ['stockLevels', 'orders'],
  everyMs: 60_000,
  scale: { min: 2, max: 2 },
  async run({ stockLevels, orders, transaction, now, beat }) {
    const before = new Date(now.getTime() - minimumAgeMs);
    for (let after: HeldReservation | undefined; ;) {
      beat();
      const held = await stockLevels.heldSince(before, page, after);
      const streams = await orders.read(held.map(({ bucket, orderId }) => ({ bucket, streamId: orderId })));
      const states = streams.map((events) => foldStream(orderStream, events).state);
      const ended = held.flatMap((reservation, index) => {
        const order = states[index]!;
        return settlementsFor(order).map((type) => ({ ...reservation, type, userId: userOf(order) }));
      });
      if (ended.length > 0) {
        await transaction('inventory', async (scope) => {
          const decisions = await scope.stock.decideAll(
            ended.map(({ bucket, orderId, type }) => ({ bucket, command: { type, orderId } })),
          );
          const messages = decisions.flatMap((decision, index) => {
            const { bucket, orderId, userId } = ended[index]!;
            const released = decision.accepted
              ? decision.events.find(({ type }) => type === 'StockReleased')
              : undefined;
            if (!released || userId === undefined || released.type !== 'StockReleased') return [];
            return [
              {
                bucket,
                topic: topics.inventoryEvents.name,
                key: orderId,
                type: released.type,
                eventId: `sweep-reservations/${orderId}/StockReleased`,
                payload: { orderId, userId, at: now.toISOString(), lines: released.allocations },
                occurredAt: now,
              },
            ];
          });
          if (messages.length > 0) await scope.outbox(messages);
        });
      }
      after = held.at(-1);
      if (held.length < page) return;
    }
  },
});

/** What reserve-stock makes of the order's events, in their order: shipped goods come back by a return alone. */
function settlementsFor(order: Order): readonly ('ReleaseStock' | 'CommitStock' | 'ReturnStock')[] {
  switch (order.status) {
    case 'new':
    case 'rejected':
    case 'cancelled':
      return ['ReleaseStock'];
    case 'shipped':
    case 'delivered':
      return ['CommitStock'];
    case 'returned':
      return ['CommitStock', 'ReturnStock'];
    case 'refunded': // the money alone: what became of the goods was settled before
      return order.after === 'returned' ? ['CommitStock', 'ReturnStock'] : ['ReleaseStock'];
    default:
      return []; // on its way: the journey settles it
  }
}

function userOf(order: Order): string | undefined {
  return order.status === 'new' ? undefined : order.userId;
}
