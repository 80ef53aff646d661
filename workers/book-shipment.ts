import { topics } from '../contracts/topics.ts';
import { decideAll, unread } from '../platform/decide-all.ts';
import { PermanentError } from '../platform/errors.ts';
import { orderStream } from '../platform/streams/order-stream.ts';
import { shipmentStream } from '../platform/streams/shipment-stream.ts';
import { defineWorker } from '../platform/worker.ts';

const carrier = 'meridian-post';

/** Books one shipment for a paid order and tells the order; a shipment whose order ended meanwhile is stopped. */
export const bookShipment = defineWorker({
  name: 'book-shipment',
  service: 'shipping',
  consumes: topics.orderEvents,
  only: ['OrderPaid'],
  publishes: [topics.orderEvents],
  needs: ['shipments', 'orders'],
  scale: { min: 4, max: 20, lagPerReplica: 500 },
  retry: { attempts: 5, firstDelayMs: 200 },
  maxWaitMs: 100,
  minBytes: 16 * 1024,
  async handleInSteps(events, { shipments, orders, partitions }) {
    const at = new Date().toISOString();
    const requests = events.map(({ event: { orderId }, traceparent }) => ({
      command: { type: 'BookShipment', orderId, at, shipmentId: shipmentIdOf(orderId), carrier } as const,
      traceparent,
    }));
    const bookings = await decideAll(shipments, shipmentStream, requests, partitions, unread(shipmentStream));
    const booked = requests.filter((_, index) => bookings[index]?.accepted);
    const shipped = await decideAll(
      orders,
      orderStream,
      booked.map(({ command: { orderId, shipmentId }, traceparent }) => ({
        command: {
          type: 'ShipOrder',
          orderId,
          at,
          shipmentId,
          carrier,
          trackingCode: trackingCodeOf(orderId),
        } as const,
        traceparent,
      })),
      partitions,
    );
    const closed = booked.filter((_, index) => isRefused(shipped[index], 'order-closed'));
    const stops = closed.map(({ command: { orderId } }) => ({
      command: { type: 'StopShipment', orderId, at } as const,
    }));
    await decideAll(shipments, shipmentStream, stops, partitions);
    const wrong = shipped.find((outcome) => !outcome.accepted && outcome.reason !== 'order-closed');
    if (wrong && !wrong.accepted) throw new PermanentError('shipment-refused', wrong.reason);
  },
});

function isRefused(
  outcome: { readonly accepted: boolean; readonly reason?: string } | undefined,
  reason: string,
): boolean {
  return outcome?.accepted === false && outcome.reason === reason;
}

/** From the order id, so that a repeated booking names the same shipment. */
function shipmentIdOf(orderId: string): string {
  return `shp_${orderId.slice(4)}`;
}

function trackingCodeOf(orderId: string): string {
  return `MP${orderId.slice(-13).toUpperCase()}`;
}
