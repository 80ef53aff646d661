import { orderParams } from '../contracts/http/parts.ts';
import { carrierEventRequest, shipmentResource } from '../contracts/http/shipping.ts';
import { parseOrderId } from '../domain/ids.ts';
import { isEarly, type OrderCommand } from '../domain/order/order-commands.ts';
import type { OrderShipped } from '../domain/order/order-events.ts';
import type { ShipmentCommand } from '../domain/shipping/shipment.ts';
import { decideAll } from '../platform/decide-all.ts';
import { defineGateway, type GatewayApp, type GatewayContext } from '../platform/gateway.ts';
import { answer, invalid, notFound, problem, type Answer } from '../platform/http/answer.ts';
import { orderStream } from '../platform/streams/order-stream.ts';
import { readStream } from '../platform/streams/read-stream.ts';
import { shipmentStream } from '../platform/streams/shipment-stream.ts';

const needs = ['shipments', 'orders'] as const;
type ShippingContext = GatewayContext<(typeof needs)[number]>;

export const shipping = defineGateway({
  name: 'shipping',
  service: 'shipping',
  needs,
  scale: { min: 8, max: 20 },
  routes(app, context) {
    readShipmentRoute(app, context);
    carrierEventRoute(app, context);
  },
});

function readShipmentRoute(app: GatewayApp, { shipments, orders, partitions }: ShippingContext): void {
  app.route(
    {
      method: 'get',
      path: '/v1/shipments/{orderId}',
      summary: "The shipment of one of the caller's orders",
      access: 'caller',
      params: orderParams,
      responses: { 200: { description: 'The shipment', schema: shipmentResource } },
    },
    async ({ params: { orderId }, caller }) => {
      const order = await readStream(orders, orderStream, orderId, partitions);
      if (order.state.status === 'new') return notFound('order-unknown');
      if (order.state.userId !== caller.userId && !caller.roles.includes('operator'))
        return notFound('order-unknown');
      const { state } = await readStream(shipments, shipmentStream, orderId, partitions);
      const shipped = order.events.find(({ type }) => type === 'OrderShipped')?.data as
        OrderShipped | undefined;
      return answer(200, {
        orderId,
        status: state.status,
        ...('shipmentId' in state ? { shipmentId: state.shipmentId } : {}),
        ...(shipped ? { carrier: shipped.carrier, trackingCode: shipped.trackingCode } : {}),
      });
    },
  );
}

const commandTypes = {
  'picked-up': 'RecordPickup',
  delivered: 'RecordDelivery',
  returned: 'RecordReturn',
} as const;

function carrierEventRoute(
  app: GatewayApp,
  { shipments, orders, partitions, region }: ShippingContext,
): void {
  app.route(
    {
      method: 'post',
      path: '/v1/shipments/{orderId}/carrier-events',
      summary: 'What the carrier reports of a parcel; reports may be repeated and come in any order',
      access: { roles: ['operator', 'carrier'] },
      params: orderParams,
      body: carrierEventRequest,
      responses: { 204: { description: 'Recorded, now or before' } },
    },
    async ({ params: { orderId }, body: { type, shipmentId, at }, traceparent }) => {
      if (parseOrderId(orderId)?.region !== region)
        return problem(421, 'wrong-region', 'the home region of this order is another one');
      const report: ShipmentCommand = { type: commandTypes[type], orderId, shipmentId, at };
      const [shipment] = await decideAll(
        shipments,
        shipmentStream,
        [{ command: report, traceparent }],
        partitions,
      );
      if (!shipment!.accepted) return refusedReport(shipment!.reason);
      const command = orderCommandOf(type, { orderId, shipmentId, at });
      if (!command) return answer(204);
      const [order] = await decideAll(orders, orderStream, [{ command, traceparent }], partitions);
      if (order!.accepted) return answer(204);
      // The order has not heard of its shipping yet: the carrier's next try finds it ready.
      const headers = isEarly(order!.reason) ? { 'retry-after': '5' } : {};
      return problem(409, order!.reason, 'the order takes no such report', { headers });
    },
  );
}

type Report = { readonly orderId: string; readonly shipmentId: string; readonly at: string };

function orderCommandOf(type: keyof typeof commandTypes, report: Report): OrderCommand | undefined {
  const { orderId, shipmentId, at } = report;
  if (type === 'delivered') return { type: 'DeliverOrder', orderId, shipmentId, at };
  if (type === 'returned') return { type: 'ReturnOrder', orderId, at, reason: 'returned-by-carrier' };
  return undefined;
}

function refusedReport(reason: string): Answer {
  if (reason === 'not-booked') return notFound('shipment-unknown');
  if (reason === 'unknown-shipment')
    return invalid(reason, [
      { in: 'body', field: 'shipmentId', message: 'is not the shipment of this order' },
    ]);
  return problem(409, reason, 'the shipment takes no such report');
}
