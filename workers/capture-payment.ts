import { topics } from '../contracts/topics.ts';
import { chargeCommands, type PaymentCommand } from '../domain/payment/payment.ts';
import { decideAll, unread, type StreamKind } from '../platform/decide-all.ts';
import { PermanentError } from '../platform/errors.ts';
import type { EventStore } from '../platform/ports/event-store.ts';
import type { CaptureResult } from '../platform/ports/payment-provider.ts';
import type { SharedContext } from '../platform/resources.ts';
import { settleAll } from '../platform/settle-all.ts';
import { orderStream } from '../platform/streams/order-stream.ts';
import { paymentStream } from '../platform/streams/payment-stream.ts';
import { readStreams } from '../platform/streams/read-stream.ts';
import { within } from '../platform/telemetry.ts';
import { defineWorker, type WorkerTools } from '../platform/worker.ts';

/**
 * Age from which a confirmed order is looked at again before it is charged, in ms. An event is handled within a second or
 * two, so that nothing is read as a rule; one that waited longer, for the provider or for this worker, may be of an order
 * that was cancelled meanwhile, and then one read for the batch is little beside that wait.
 */
const staleMs = 5000;

/**
 * Charges confirmed orders: the intent is in the payment's stream before the provider hears of it, and the order id is
 * the provider's idempotency key, so that an unknown outcome is settled by asking again. An order that ends between the
 * look at it and the charge is given its money back.
 */
export const capturePayment = defineWorker({
  name: 'capture-payment',
  service: 'payment',
  consumes: topics.orderEvents,
  only: ['OrderConfirmed', 'OrderCancelled'],
  publishes: [topics.paymentEvents],
  needs: ['orders', 'payments', 'paymentProvider'],
  scale: { min: 6, max: 30, lagPerReplica: 200 },
  retry: { attempts: 4, firstDelayMs: 250 },
  maxBatch: 256,
  unordered: true,
  async handleInSteps(events, { orders, payments, paymentProvider, partitions, signal }) {
    const cancelled = new Set(
      events.flatMap(({ event }) => (event.type === 'OrderCancelled' ? [event.orderId] : [])),
    );
    const due = events.flatMap((delivered) => {
      const { event, eventId, traceparent } = delivered;
      return event.type === 'OrderConfirmed' && !cancelled.has(event.orderId)
        ? [{ event, eventId, traceparent }]
        : [];
    });
    // Before the intent is recorded: an old event that is read again for an order that ended leaves no trace.
    const staleFrom = Date.now() - staleMs;
    const stale = due.flatMap(({ event }) => (Date.parse(event.at) < staleFrom ? [event.orderId] : []));
    const ended = new Set(
      await withStatus(orders, orderStream, stale, partitions, (status) => status !== 'confirmed'),
    );
    const chargeable = due.filter(({ event }) => !ended.has(event.orderId));

    const requests = chargeable.map(
      ({ event: { orderId, userId, at, totalMinor, currency }, traceparent }) => ({
        command: { type: 'RequestPayment', orderId, userId, at, amountMinor: totalMinor, currency } as const,
        traceparent,
      }),
    );
    const intents = await decideAll(payments, paymentStream, requests, partitions, unread(paymentStream));
    const intentOf = new Map(chargeable.map(({ event }, index) => [event.orderId, intents[index]!]));
    const refused = intents.find((intent) => !intent.accepted);
    if (refused && !refused.accepted) throw new PermanentError('payment-request-refused', refused.reason);

    // An order that ended is not charged any more, and its payment stays as it is; but what was taken before, by a call whose
    // answer was lost, must come to light, so that it is given back.
    const asked = await withStatus(
      payments,
      paymentStream,
      [...cancelled, ...ended],
      partitions,
      (status) => status === 'requested',
    );
    await bringToLight(asked, { payments, paymentProvider, partitions, signal });

    const open = chargeable.filter((_, index) => intents[index]?.state.status === 'requested');
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

/** Of these orders the ones whose stream has such a status now, in one read. */
async function withStatus<
  State extends { readonly status: string },
  Command extends { readonly orderId: string },
  Event extends { readonly type: string },
  Rejection extends string,
>(
  store: EventStore,
  kind: StreamKind<State, Command, Event, Rejection>,
  orderIds: readonly string[],
  partitions: number,
  isWanted: (status: State['status']) => boolean,
): Promise<readonly string[]> {
  if (orderIds.length === 0) return [];
  const streams = await readStreams(store, kind, orderIds, partitions);
  return orderIds.filter((_, index) => isWanted(streams[index]!.state.status));
}

/** Records what the provider's books say was taken for these orders. */
async function bringToLight(
  orderIds: readonly string[],
  {
    payments,
    paymentProvider,
    partitions,
    signal,
  }: SharedContext<'payments' | 'paymentProvider'> & Pick<WorkerTools, 'partitions' | 'signal'>,
): Promise<void> {
  if (orderIds.length === 0) return;
  const at = new Date().toISOString();
  const charges = await paymentProvider.find(orderIds, signal);
  const commands = charges.flatMap((charge) => chargeCommands(charge.orderId, at, charge));
  requireAccepted(
    await decideAll(
      payments,
      paymentStream,
      commands.map((command) => ({ command })),
      partitions,
    ),
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
