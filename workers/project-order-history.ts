import { topics } from '../contracts/topics.ts';
import { PermanentError } from '../platform/errors.ts';
import { smallPod } from '../platform/scale.ts';
import { defineWorker } from '../platform/worker.ts';
import type { HistoryEvent } from '../platform/ports/order-history.ts';

/** The read model behind a customer's list of orders: one write for each order of a batch, idempotent by version. */
export const projectOrderHistory = defineWorker({
  name: 'project-order-history',
  service: 'orders',
  consumes: topics.orderEvents,
  only: Object.keys(topics.orderEvents.events) as (keyof typeof topics.orderEvents.events)[],
  publishes: [],
  needs: ['orderHistory'],
  scale: { min: 2, max: 12, lagPerReplica: 5000 },
  resources: smallPod,
  retry: { attempts: 5, firstDelayMs: 500 },
  maxBatch: 2000,
  maxWaitMs: 1000,
  minBytes: 1024 * 1024,
  async handleInSteps(events, { orderHistory }) {
    const changes = Map.groupBy(events, ({ event }) => event.orderId);
    await orderHistory.apply(
      [...changes].map(([orderId, own]) => ({
        orderId,
        userId: own[0]!.event.userId,
        events: own.map(({ eventId, event: { type, at, ...data } }): HistoryEvent => ({
          version: versionIn(eventId),
          type,
          at,
          data,
        })),
      })),
    );
  },
});

/** An order event's id is `<order id>/<version>`. */
function versionIn(eventId: string): number {
  const version = Number(eventId.slice(eventId.lastIndexOf('/') + 1));
  if (Number.isSafeInteger(version) && version > 0) return version;
  throw new PermanentError('event-id-invalid', 'the id of an order event ends in its version');
}
