import { topics } from '../contracts/topics.ts';
import { bucketOf } from '../domain/ids.ts';
import { chargeCommands, type PaymentCommand } from '../domain/payment/payment.ts';
import { decideAll, foldStream, unread } from '../platform/decide-all.ts';
import { PermanentError } from '../platform/errors.ts';
import type { EventStore } from '../platform/ports/event-store.ts';
import type { CaptureResult } from '../platform/ports/payment-provider.ts';
import { settleAll } from '../platform/settle-all.ts';
import { paymentStream } from '../platform/streams/payment-stream.ts';
import { within } from '../platform/telemetry.ts';
import { defineWorker } from '../platform/worker.ts';

/**
 * Charges confirmed orders: the intent is in the payment's stream before the provider hears of it, and the order id is
 * the provider's idempotency key, so that an unknown outcome is settled by asking again.
 */
export const capturePayment = defineWorker({
  name: 'capture-payment',
  service: 'payment',
  consumes: topics.orderEvents,
  only: ['OrderConfirmed', 'OrderCancelled'],
  publishes: [topics.paymentEvents],
  needs: ['payments', 'paymentProvider'],
  scale: { min: 6, max: 30, lagPerReplica: 200 },
  retry: { attempts: 4, firstDelayMs: 250 },
  maxBatch: 256,
  unordered: true,
  async handleInSteps(events, { payments, paymentProvider, partitions, signal }) {
    const cancelled = new Set(
      events.flatMap(({ event }) => (event.type === 'OrderCancelled' ? [event.orderId] : [])),
    );
    const doubtful = await requestedAmong(payments, [...cancelled], partitions);
    const charges = doubtful.length > 0 ? await paymentProvider.find(doubtful, signal) : [];
    const found = charges.flatMap((charge) =>
      chargeCommands(charge.orderId, new Date().toISOString(), charge),
    );
    requireAccepted(
      await decideAll(
        payments,
        paymentStream,
        found.map((command) => ({ command })),
        partitions,
      ),
    );

    const due = events.flatMap((delivered) => {
      const { event, eventId, traceparent } = delivered;
      return event.type === 'OrderConfirmed' && !cancelled.has(event.orderId)
        ? [{ event, eventId, traceparent }]
        : [];
    });
    const requests = due.map(({ event: { orderId, userId, at, totalMinor, currency }, traceparent }) => ({
      command: { type: 'RequestPayment', orderId, userId, at, amountMinor: totalMinor, currency } as const,
      traceparent,
    }));
    const intents = await decideAll(payments, paymentStream, requests, partitions, unread(paymentStream));
    const intentOf = new Map(due.map(({ event }, index) => [event.orderId, intents[index]!]));
    const refused = intents.find((intent) => !intent.accepted);
    if (refused && !refused.accepted) throw new PermanentError('payment-request-refused', refused.reason);

    const open = due.filter((_, index) => intents[index]?.state.status === 'requested');
    await settleAll(
      open,
      ({ event, traceparent }) =>
        within(traceparent, () => {
          const { orderId, totalMinor: amountMinor, currency, paymentToken } = event;
          return paymentProvider.capture({ orderId, amountMinor, currency, paymentToken }, signal);
        }),
      async (settled) => {
        const commands = settled.flatMap(({ item: { event, traceparent }, result }) =>
          commandsOf(event.orderId, event.totalMinor, result).map((command) => ({ command, traceparent })),
        );
        requireAccepted(
          await decideAll(payments, paymentStream, commands, partitions, (orderId) => intentOf.get(orderId)!),
        );
      },
    );
  },
});

/**
 * Of these orders the ones whose charge was asked for and has no outcome yet: a cancelled one is not charged any more, but
 * what was taken before must come to light, so that it is given back.
 */
async function requestedAmong(
  payments: EventStore,
  orderIds: readonly string[],
  partitions: number,
): Promise<string[]> {
  const keys = orderIds.map((orderId) => ({ bucket: bucketOf(orderId, partitions), streamId: orderId }));
  const streams = await payments.read(keys);
  return orderIds.filter(
    (_, index) => foldStream(paymentStream, streams[index]!).state.status === 'requested',
  );
}

/** @throws PermanentError when the provider moved money that the payment's stream does not take: a person has to look. */
function requireAccepted(
  outcomes: readonly { readonly accepted: boolean; readonly reason?: string }[],
): void {
  const refused = outcomes.find(({ accepted }) => !accepted);
  if (refused) throw new PermanentError('capture-refused', refused.reason ?? 'refused');
}

function commandsOf(orderId: string, amountMinor: number, result: CaptureResult): readonly PaymentCommand[] {
  const at = new Date().toISOString();
  if (result.outcome === 'declined') return [{ type: 'DeclinePayment', orderId, at, reason: result.reason }];
  return chargeCommands(orderId, at, { chargeId: result.chargeId, amountMinor });
}
