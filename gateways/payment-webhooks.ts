import DataLoader from 'dataloader';
import type { z } from 'zod';
import { webhookData, type webhookRequest } from '../contracts/http/payments.ts';
import { chargeCommands, type PaymentCommand } from '../domain/payment/payment.ts';
import { decideAll, type Request } from '../platform/decide-all.ts';
import { TransientError } from '../platform/errors.ts';
import type { GatewayContext } from '../platform/gateway.ts';
import { answer, notFound, problem, type Answer } from '../platform/http/answer.ts';
import { validate, type Validated } from '../platform/http/validation.ts';
import type { Logger } from '../platform/logger.ts';
import { paymentStream } from '../platform/streams/payment-stream.ts';

type Webhook = z.output<typeof webhookRequest>;
type Context = Pick<GatewayContext<'payments'>, 'payments' | 'partitions'>;
type Requests = readonly Request<PaymentCommand>[];
type Outcomes = Awaited<ReturnType<typeof decide>>;

/** How long a webhook waits for others, in ms, and with how many at the most it is decided: as `linger.ms` of a Kafka producer. */
const lingerMs = 25;
const most = 100;

/**
 * Records what the provider reports; our own call to it may not have come back yet, and then finds it recorded. Nobody waits
 * for the answer, and most say what is known: those that come together are one read, and one append if anything is new.
 */
export function createWebhookRecorder(context: Context, logger: Logger) {
  const waiting = new DataLoader<Requests, Outcomes>((batch) => decideTogether(context, batch), {
    cache: false,
    maxBatchSize: most,
    batchScheduleFn: (send) => setTimeout(send, lingerMs),
  });
  return async (webhook: Webhook, traceparent: string | undefined): Promise<Answer> => {
    const commands = commandsOf(webhook);
    if (!commands.ok) return commands.refusal;
    const outcomes = await waiting.load(commands.value.map((command) => ({ command, traceparent })));
    const refused = outcomes.find((outcome) => !outcome.accepted);
    if (!refused) return answer(204);
    if (refused.reason === 'not-requested') return notFound('payment-unknown');
    // Their books and ours differ: reconciliation has to look at it.
    const { orderId } = commands.value[0]!;
    logger.warn({ orderId, type: webhook.type, reason: refused.reason }, 'a webhook contradicts the payment');
    return problem(409, refused.reason, 'this contradicts what is recorded of the payment');
  };
}

function decide({ payments, partitions }: Context, requests: Requests) {
  return decideAll(payments, paymentStream, requests, partitions);
}

async function decideTogether(context: Context, batch: readonly Requests[]): Promise<(Outcomes | Error)[]> {
  try {
    const outcomes = await decide(context, batch.flat());
    let start = 0;
    return batch.map(({ length }) => outcomes.slice(start, (start += length)));
  } catch (error) {
    // One of them may be at fault; a database that is away is no better for one alone.
    if (error instanceof TransientError || batch.length === 1) throw error;
    const alone = await Promise.allSettled(batch.map((requests) => decide(context, requests)));
    return alone.map((result) => (result.status === 'fulfilled' ? result.value : (result.reason as Error)));
  }
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
