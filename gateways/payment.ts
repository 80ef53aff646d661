import { orderParams, conditionalHeaders } from '../contracts/http/parts.ts';
import {
  paymentResource,
  refundAccepted,
  refundRequest,
  webhookHeaders,
  webhookRequest,
  type PaymentResource,
} from '../contracts/http/payments.ts';
import { parseOrderId } from '../domain/ids.ts';
import { refundedMinor, type Payment } from '../domain/payment/payment.ts';
import { decideAll } from '../platform/decide-all.ts';
import { defineGateway, type GatewayApp, type GatewayContext } from '../platform/gateway.ts';
import { answer, notFound, problem } from '../platform/http/answer.ts';
import { conditional, versionTag } from '../platform/http/etags.ts';
import { orderStream } from '../platform/streams/order-stream.ts';
import { paymentStream } from '../platform/streams/payment-stream.ts';
import { readStream } from '../platform/streams/read-stream.ts';
import { createWebhookRecorder } from './payment-webhooks.ts';

const needs = ['payments', 'orders', 'webhookSignatures'] as const;
type PaymentContext = GatewayContext<(typeof needs)[number]>;

export const payment = defineGateway({
  name: 'payment',
  service: 'payment',
  needs,
  scale: { min: 8, max: 20 },
  routes(app, context) {
    readPaymentRoute(app, context);
    refundRoute(app, context);
    webhookRoute(app, context);
  },
});

function readPaymentRoute(app: GatewayApp, { payments, partitions }: PaymentContext): void {
  app.route(
    {
      method: 'get',
      path: '/v1/payments/{orderId}',
      summary: "The payment of one of the caller's orders",
      access: 'caller',
      params: orderParams,
      headers: conditionalHeaders,
      responses: {
        200: { description: 'The payment', schema: paymentResource },
        304: { description: 'Not changed' },
      },
    },
    async ({ params: { orderId }, headers, caller }) => {
      const { state, version } = await readStream(payments, paymentStream, orderId, partitions);
      if (state.status === 'new') return notFound('payment-unknown');
      if (state.userId !== caller.userId && !caller.roles.includes('operator'))
        return notFound('payment-unknown');
      return conditional(headers['If-None-Match'], versionTag(version), resourceOf(orderId, state, version));
    },
  );
}

function resourceOf(
  orderId: string,
  state: Exclude<Payment, { status: 'new' }>,
  version: number,
): PaymentResource {
  return {
    orderId,
    status: state.status,
    version,
    currency: state.currency as PaymentResource['currency'],
    requestedMinor: state.requestedMinor,
    authorizedMinor: state.authorizedMinor,
    capturedMinor: state.capturedMinor,
    refundedMinor: refundedMinor(state),
    refunds: [...state.refunds].map(([refundId, amountMinor]) => ({ refundId, amountMinor })),
  };
}

function refundRoute(app: GatewayApp, context: PaymentContext): void {
  const { orders, partitions, region } = context;
  app.route(
    {
      method: 'post',
      path: '/v1/payments/{orderId}/refund',
      summary: 'Give the money back: a delivered order is returned, one not yet shipped is cancelled',
      access: { roles: ['operator'] },
      params: orderParams,
      body: refundRequest,
      bodyOptional: true,
      responses: { 202: { description: 'Registered; the saga pays it back', schema: refundAccepted } },
    },
    async ({ params: { orderId }, body, traceparent }) => {
      if (parseOrderId(orderId)?.region !== region)
        return problem(421, 'wrong-region', 'the home region of this order is another one');
      const { state } = await readStream(orders, orderStream, orderId, partitions);
      if (state.status === 'new') return notFound('order-unknown');
      const isReturn = state.status === 'delivered' || state.status === 'returned';
      const command = {
        type: isReturn ? ('ReturnOrder' as const) : ('CancelOrder' as const),
        orderId,
        at: context.now().toISOString(),
        reason: body.reason ?? 'refunded-by-operator',
      };
      const [outcome] = await decideAll(orders, orderStream, [{ command, traceparent }], partitions);
      if (!outcome!.accepted) return problem(409, outcome!.reason, 'the order cannot be refunded as it is');
      const { state: after } = outcome!;
      const due = 'refundDue' in after ? after.refundDue?.amountMinor : undefined;
      return answer(202, {
        orderId,
        status: after.status,
        refundDueMinor: due ?? 0,
        statusUrl: `/v1/payments/${orderId}`,
      });
    },
  );
}

function webhookRoute(app: GatewayApp, context: PaymentContext): void {
  const record = createWebhookRecorder(context, app.logger);
  app.route(
    {
      method: 'post',
      path: '/v1/webhooks/payment-provider',
      summary: 'What the payment provider tells us by itself; repeats and early ones change nothing',
      access: {
        signed: (rawBody, header) =>
          context.webhookSignatures.verify(header('provider-signature') ?? '', rawBody),
      },
      headers: webhookHeaders,
      body: webhookRequest,
      responses: { 204: { description: 'Recorded, now or before' } },
    },
    ({ body, traceparent }) => record(body, traceparent),
  );
}
