import { z } from 'zod';
import { conditionalHeaders, orderParams, pageOf, pageQuery } from '../../contracts/http/parts.ts';
import { cancelRequest, orderResource, orderSummary } from '../../contracts/http/orders.ts';
import type { OrderId } from '../../domain/ids.ts';
import type { GatewayApp } from '../../platform/gateway.ts';
import { answer, problem } from '../../platform/http/answer.ts';
import { conditional, versionTag } from '../../platform/http/etags.ts';
import { notOfThisList, readPage } from '../../platform/http/pages.ts';
import type { OrderSummary } from '../../platform/ports/order-history.ts';
import { findOrder, orderUnknown, refuseOtherRegion, type OrderTools } from './context.ts';
import { decideOrder, orderAnswer } from './decide-order.ts';
import { orderResourceOf } from './order-resource.ts';

const historyPosition = z.strictObject({ createdAt: z.string(), orderId: z.string() });

export function readOrderRoute(app: GatewayApp, { context }: OrderTools): void {
  app.route(
    {
      method: 'get',
      path: '/v1/orders/{orderId}',
      summary: 'An order, as its own stream tells it',
      access: 'caller',
      params: orderParams,
      headers: conditionalHeaders,
      responses: {
        200: { description: 'The order', schema: orderResource },
        304: { description: 'Not changed' },
      },
    },
    async ({ params, headers, caller }) => {
      const found = await findOrder(context, params.orderId, caller);
      if (!found) return orderUnknown();
      const { state, version, events } = found;
      return conditional(headers['If-None-Match'], versionTag(version), orderResourceOf(state, events));
    },
  );
}

export function listOrdersRoute(app: GatewayApp, { context }: OrderTools): void {
  const path = '/v1/orders';
  app.route(
    {
      method: 'get',
      path,
      summary: "The caller's orders, newest first; the read model may be a moment behind",
      access: 'caller',
      query: pageQuery,
      responses: { 200: { description: 'A page', schema: pageOf(orderSummary) } },
    },
    async ({ query, caller }) => {
      const { limit, cursor } = query;
      const page = await readPage(app.cursors, {
        scope: { route: path, userId: caller.userId },
        cursor,
        limit,
        position: historyPosition,
        read: (before) => context.orderHistory.list(caller.userId, { limit, ...(before ? { before } : {}) }),
        positionOf: ({ createdAt, orderId }) => ({ createdAt, orderId }),
      });
      return page ? answer(200, { ...page, items: page.items.map(summaryOf) }) : notOfThisList();
    },
  );
}

function summaryOf({ orderId, status, version, createdAt, currency, totalMinor, lines }: OrderSummary) {
  return { orderId, status, version, createdAt, currency, totalMinor, lines };
}

export function cancelOrderRoute(app: GatewayApp, { context }: OrderTools): void {
  app.route(
    {
      method: 'post',
      path: '/v1/orders/{orderId}/cancel',
      summary: 'Cancel an order that is not shipped; what was paid goes back',
      access: 'caller',
      params: orderParams,
      body: cancelRequest,
      bodyOptional: true,
      responses: { 200: { description: 'Cancelled, now or before', schema: orderResource } },
    },
    async ({ params: { orderId }, body, caller, traceparent }) => {
      if (!(await findOrder(context, orderId, caller))) return orderUnknown();
      const elsewhere = refuseOtherRegion(orderId as OrderId, context.region);
      if (elsewhere) return elsewhere;
      const command = {
        type: 'CancelOrder' as const,
        orderId,
        at: context.now().toISOString(),
        reason: body.reason ?? 'customer-request',
      };
      const reason = await decideOrder(context, command, traceparent);
      if (reason !== undefined) return problem(409, reason, 'the order has come too far to be cancelled');
      return orderAnswer(context, orderId, caller);
    },
  );
}
