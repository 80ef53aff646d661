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
 * Looks after reservations that were never settled: units held for an order that ended, or that never came to be, go back.
 * The reservation's own events do this as a rule; this is for the one that was dead-lettered.
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
        const type = settlementFor(states[index]!);
        return type ? [{ ...reservation, type, userId: userOf(states[index]!) }] : [];
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

function settlementFor({ status }: Order): 'ReleaseStock' | 'CommitStock' | undefined {
  switch (status) {
    case 'new':
    case 'rejected':
    case 'cancelled':
    case 'refunded':
      return 'ReleaseStock';
    case 'shipped':
    case 'delivered':
    case 'returned':
      return 'CommitStock';
    default:
      return undefined; // on its way: the journey settles it
  }
}

function userOf(order: Order): string | undefined {
  return order.status === 'new' ? undefined : order.userId;
}
