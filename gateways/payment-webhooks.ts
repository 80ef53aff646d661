import DataLoader from 'dataloader';
import type { z } from 'zod';
import { webhookData, type webhookRequest } from '../contracts/http/payments.ts';
import { bucketOf } from '../domain/ids.ts';
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

/**
 * How long the first webhook of a batch waits for others, in ms, and how many a batch has at the most; like `linger.ms` of a
 * Kafka producer, except that a full batch waits out its time too, while the next one fills.
 */
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
    if (commands.value.length === 0) return answer(204); // of a type that does not concern us
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

/** What fails together is decided anew in parts, so that a webhook fails by its own order or its own bucket only. */
async function decideTogether(context: Context, batch: readonly Requests[]): Promise<(Outcomes | Error)[]> {
  try {
    const outcomes = await decide(context, batch.flat());
    let start = 0;
    return batch.map(({ length }) => outcomes.slice(start, (start += length)));
  } catch (error) {
    const parts = partsAfter(error, batch, context.partitions);
    if (parts.length === 1) return batch.map(() => error as Error);
    const answers = new Map<Requests, Outcomes | Error>();
    await Promise.all(
      parts.map(async (part) => {
        const decided = await decideTogether(context, part);
        for (const [index, requests] of part.entries()) answers.set(requests, decided[index]!);
      }),
    );
    return batch.map((requests) => answers.get(requests)!);
  }
}

/** Other writers of one stream, or of its rows, were in the way. */
const contended: ReadonlySet<string> = new Set(['stream-contended', 'postgres-contended']);

/**
 * Where a bucket has a server of its own, the one that is away is one bucket's. Anything else is the fault of an order, whose
 * webhooks stay together: they are decided in the order in which they came.
 */
function partsAfter(error: unknown, batch: readonly Requests[], partitions: number): readonly Requests[][] {
  const isAway = error instanceof TransientError && !contended.has(error.code);
  const orderOf = ([first]: Requests): string => first!.command.orderId;
  const placeOf = (requests: Requests): number => bucketOf(orderOf(requests), partitions);
  return [...Map.groupBy<string | number, Requests>(batch, isAway ? placeOf : orderOf).values()];
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
      return { ok: true, value: [] };
  }
}

function map<Value, Result>(
  validated: Validated<Value>,
  change: (value: Value) => Result,
): Validated<Result> {
  return validated.ok ? { ok: true, value: change(validated.value) } : validated;
}
