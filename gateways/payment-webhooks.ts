import type { z } from 'zod';
import { webhookData, type webhookRequest } from '../contracts/http/payments.ts';
import { chargeCommands, type PaymentCommand } from '../domain/payment/payment.ts';
import { decideAll } from '../platform/decide-all.ts';
import type { GatewayContext } from '../platform/gateway.ts';
import { answer, notFound, problem, type Answer } from '../platform/http/answer.ts';
import { validate, type Validated } from '../platform/http/validation.ts';
import type { Logger } from '../platform/logger.ts';
import { paymentStream } from '../platform/streams/payment-stream.ts';

type Webhook = z.output<typeof webhookRequest>;

/** Records what the provider reports; our own call to it may not have come back yet, and then finds it recorded. */
export async function recordWebhook(
  { payments, partitions }: Pick<GatewayContext<'payments'>, 'payments' | 'partitions'>,
  logger: Logger,
  webhook: Webhook,
  traceparent: string | undefined,
): Promise<Answer> {
  const commands = commandsOf(webhook);
  if (!commands.ok) return commands.refusal;
  const requests = commands.value.map((command) => ({ command, traceparent }));
  const outcomes = await decideAll(payments, paymentStream, requests, partitions);
  const refused = outcomes.find((outcome) => !outcome.accepted);
  if (!refused) return answer(204);
  if (refused.reason === 'not-requested') return notFound('payment-unknown');
  // Their books and ours differ: reconciliation has to look at it.
  const { orderId } = commands.value[0]!;
  logger.warn({ orderId, type: webhook.type, reason: refused.reason }, 'a webhook contradicts the payment');
  return problem(409, refused.reason, 'this contradicts what is recorded of the payment');
}

function commandsOf({ type, createdAt: at, data }: Webhook): Validated<readonly PaymentCommand[]> {
  switch (type) {
    case 'charge.succeeded':
      return map(validate(webhookData[type], data, 'body'), (charge) =>
        chargeCommands(charge.orderId, at, charge),
      );
    case 'charge.declined':
      return map(validate(webhookData[type], data, 'body'), ({ orderId, reason }) => [
        { type: 'DeclinePayment', orderId, at, reason },
      ]);
    case 'refund.succeeded':
      return map(validate(webhookData[type], data, 'body'), ({ orderId, refundId, amountMinor }) => [
        { type: 'RefundPayment', orderId, at, refundId, amountMinor },
      ]);
    default:
      return { ok: true, value: [] }; // a type that does not concern us
  }
}

function map<Value, Result>(
  validated: Validated<Value>,
  change: (value: Value) => Result,
): Validated<Result> {
  return validated.ok ? { ok: true, value: change(validated.value) } : validated;
}
