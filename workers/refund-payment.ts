import { topics } from '../contracts/topics.ts';
import { refundedMinor } from '../domain/payment/payment.ts';
import { decideAll } from '../platform/decide-all.ts';
import { PermanentError, TransientError } from '../platform/errors.ts';
import type { PaymentProvider, Refund } from '../platform/ports/payment-provider.ts';
import { settleAll } from '../platform/settle-all.ts';
import { paymentStream } from '../platform/streams/payment-stream.ts';
import { readStreams } from '../platform/streams/read-stream.ts';
import { within } from '../platform/telemetry.ts';
import { smallPod } from '../platform/scale.ts';
import { defineWorker } from '../platform/worker.ts';

/**
 * Age of an OrderRefundDue, in ms, up to which a webhook of the same money is waited for. A lost one never comes, and would hold
 * up the partition for ever.
 */
const webhookDueMs = 60_000;

/**
 * Gives back what an order may not keep, less what went back in the provider's own console. The order's OrderRefundDue is the
 * durable intent; the provider refunds a charge once.
 */
export const refundPayment = defineWorker({
  name: 'refund-payment',
  service: 'payment',
  consumes: topics.orderEvents,
  only: ['OrderRefundDue'],
  publishes: [topics.paymentEvents],
  needs: ['payments', 'paymentProvider'],
  scale: { min: 2, max: 10, lagPerReplica: 1000 },
  resources: smallPod,
  retry: { attempts: 4, firstDelayMs: 250 },
  maxBatch: 256,
  // Few orders come to this, and nobody watches for the money by the second.
  maxWaitMs: 500,
  minBytes: 256 * 1024,
  unordered: true,
  async handleInSteps(events, { payments, paymentProvider, partitions, signal }) {
    const orderIds = events.map(({ event: { orderId } }) => orderId);
    const streams = await readStreams(payments, paymentStream, orderIds, partitions);
    const due = events.flatMap(({ event, eventId, traceparent }, index) => {
      const knownMinor = refundedMinor(streams[index]!.state);
      const amountMinor = event.amountMinor - knownMinor;
      return amountMinor > 0 ? [{ event: { ...event, amountMinor }, knownMinor, eventId, traceparent }] : [];
    });
    await settleAll(
      due,
      ({ event, knownMinor, traceparent }) =>
        within(traceparent, async () => {
          const { orderId, paymentId: chargeId, amountMinor, at } = event;
          const refund = { orderId, chargeId, amountMinor };
          try {
            return await paymentProvider.refund(refund, signal);
          } catch (error) {
            if (!(error instanceof PermanentError)) throw error;
            const ahead = await isAhead(paymentProvider, refund, knownMinor, signal);
            throw ahead ? booksBehind(at, error) : error;
          }
        }),
      async (settled) => {
        const at = new Date().toISOString();
        const requests = settled.map(({ item: { event, traceparent }, result: { refundId } }) => {
          const { orderId, amountMinor } = event;
          return {
            command: { type: 'RefundPayment', orderId, at, refundId, amountMinor } as const,
            traceparent,
          };
        });
        const outcomes = await decideAll(payments, paymentStream, requests, partitions);
        const refused = outcomes.find((outcome) => !outcome.accepted);
        if (refused && !refused.accepted) throw new PermanentError('refund-refused', refused.reason);
      },
    );
  },
});

/** Whether the provider gave back more of the charge than our books say. */
async function isAhead(
  paymentProvider: PaymentProvider,
  { orderId, chargeId }: Refund,
  knownMinor: number,
  signal: AbortSignal,
): Promise<boolean> {
  const charges = await paymentProvider.find([orderId], signal);
  return charges.some((charge) => charge.chargeId === chargeId && charge.refundedMinor > knownMinor);
}

/**
 * The webhook brings what we lack, and then the rest is known. It is not to be had from the provider's total: a refund of our own
 * that is not recorded yet may be part of that.
 */
function booksBehind(dueAt: string, cause: PermanentError): TransientError | PermanentError {
  const waits = Date.now() - Date.parse(dueAt) < webhookDueMs;
  const Behind = waits ? TransientError : PermanentError;
  return new Behind('books-behind', 'the provider gave back more of the charge than is recorded', { cause });
}
