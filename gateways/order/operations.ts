import { z } from 'zod';
import { fraudDecisionRequest, orderResource, parkedOrders } from '../../contracts/http/orders.ts';
import { orderParams } from '../../contracts/http/parts.ts';
import type { OrderId } from '../../domain/ids.ts';
import type { GatewayApp } from '../../platform/gateway.ts';
import { answer, problem } from '../../platform/http/answer.ts';
import { orderUnknown, refuseOtherRegion, type OrderTools } from './context.ts';
import { decideOrder, orderAnswer } from './decide-order.ts';

const access = { roles: ['operator'] } as const;
const parkedQuery = z.strictObject({ limit: z.coerce.number().int().min(1).max(200).default(50) });

/** What a person decides about orders that the saga gave up on. */
export function operationsRoutes(app: GatewayApp, { context }: OrderTools): void {
  app.route(
    {
      method: 'get',
      path: '/v1/operations/parked-orders',
      summary: 'Orders that wait for a person',
      access,
      query: parkedQuery,
      responses: { 200: { description: 'The longest waiting first', schema: parkedOrders } },
    },
    async ({ query }) => {
      const parked = await context.sagas.parked(query.limit);
      const items = parked.map(({ orderId, parkedReason, deadlineAt }) => ({
        orderId,
        parkedReason: parkedReason ?? '',
        deadlineAt: deadlineAt.toISOString(),
      }));
      return answer(200, { items });
    },
  );
  app.route(
    {
      method: 'post',
      path: '/v1/operations/orders/{orderId}/fraud-decision',
      summary: 'Clear or reject an order that is held for review',
      access,
      params: orderParams,
      body: fraudDecisionRequest,
      responses: { 200: { description: 'The order after the decision', schema: orderResource } },
    },
    async ({ params: { orderId }, body, caller, traceparent }) => {
      const elsewhere = refuseOtherRegion(orderId as OrderId, context.region);
      if (elsewhere) return elsewhere;
      const type = body.decision === 'clear' ? 'RecordFraudCleared' : 'RecordFraudRejected';
      const command = { type, orderId, at: context.now().toISOString() } as const;
      const reason = await decideOrder(context, command, traceparent);
      if (reason === 'order-unknown') return orderUnknown();
      if (reason !== undefined) return problem(409, reason, 'the order takes no such decision');
      return orderAnswer(context, orderId, caller);
    },
  );
}
