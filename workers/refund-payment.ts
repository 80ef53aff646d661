import { topics } from '../contracts/topics.ts';
import { bucketOf } from '../domain/ids.ts';
import { refundedMinor } from '../domain/payment/payment.ts';
import { decideAll, foldStream } from '../platform/decide-all.ts';
import { PermanentError } from '../platform/errors.ts';
import { settleAll } from '../platform/settle-all.ts';
import { paymentStream } from '../platform/streams/payment-stream.ts';
import { within } from '../platform/telemetry.ts';
import { smallPod } from '../platform/scale.ts';
import { defineWorker } from '../platform/worker.ts';

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
    const streams = await payments.read(
      events.map(({ event: { orderId } }) => ({ bucket: bucketOf(orderId, partitions), streamId: orderId })),
    );
    const due = events.flatMap(({ event, eventId, traceparent }, index) => {
      const { state } = foldStream(paymentStream, streams[index]!);
      const amountMinor = event.amountMinor - refundedMinor(state);
      return amountMinor > 0 ? [{ event: { ...event, amountMinor }, eventId, traceparent }] : [];
    });
    await settleAll(
      due,
      ({ event, traceparent }) =>
        within(traceparent, () => {
          const { orderId, paymentId: chargeId, amountMinor } = event;
          return paymentProvider.refund({ orderId, chargeId, amountMinor }, signal);
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
