import { topics, type EventsOn } from '../contracts/topics.ts';
import { isEarly, type OrderCommand, type OrderRejection } from '../domain/order/order-commands.ts';
import { decideAll } from '../platform/decide-all.ts';
import { PermanentError, TransientError } from '../platform/errors.ts';
import { orderStream } from '../platform/streams/order-stream.ts';
import { counter } from '../platform/telemetry.ts';
import { defineWorker } from '../platform/worker.ts';

const unasked = counter(
  'meridian_refunds_unasked',
  'Refunds that were made at the provider and settle no debt of an order, by reason',
);

const consumes = [topics.inventoryEvents, topics.fraudDetectionEvents, topics.paymentEvents] as const;

/** The process manager: turns what the other services found into commands on the order, whose stream knows repeats. */
export const advanceOrder = defineWorker({
  name: 'advance-order',
  service: 'orders',
  consumes,
  only: [
    'StockReserved',
    'StockRefused',
    'FraudCleared',
    'FraudReviewRequested',
    'FraudRejected',
    'PaymentCaptured',
    'PaymentDeclined',
    'PaymentRefunded',
  ],
  publishes: [topics.orderEvents],
  needs: ['orders'],
  scale: { min: 12, max: 30, lagPerReplica: 500 },
  retry: { attempts: 6, firstDelayMs: 200 },
  async handleInSteps(events, { orders, partitions }) {
    const requests = events.map(({ event, traceparent }) => ({ command: commandFor(event), traceparent }));
    const outcomes = await decideAll(orders, orderStream, requests, partitions);
    const all = outcomes.flatMap((outcome, index) =>
      outcome.accepted
        ? []
        : [{ reason: outcome.reason, eventId: events[index]!.eventId, type: events[index]!.event.type }],
    );
    const refused = all.filter((refusal) => !isUnasked(refusal));
    const wrong = refused.find(({ reason }) => !isEarly(reason));
    if (wrong) throw new PermanentError('fact-refused', `${wrong.type}: ${wrong.reason}`, { details: wrong });
    if (refused.length > 0)
      throw new TransientError('fact-early', 'a fact came before its cause', {
        details: { eventIds: refused.map(({ eventId }) => eventId), othersSettled: true },
      });
    // Last, since a batch that fails is handled again.
    for (const { reason } of all) unasked.add(1, { reason });
  },
});

/**
 * Money that somebody gave back in the provider's own console: it is in the payment's books, and nothing is wrong with the
 * event. What the order is still owed, or keeps, is for reconciliation to look at.
 */
function isUnasked({ reason }: { readonly reason: OrderRejection }): boolean {
  return reason === 'refund-not-due' || reason === 'refund-in-part';
}

type Fact = Extract<
  EventsOn<(typeof consumes)[number]>,
  { type: Exclude<EventsOn<(typeof consumes)[number]>['type'], 'StockReleased' | 'StockAdjusted'> }
>;

function commandFor(fact: Fact): OrderCommand {
  const { orderId, at } = fact;
  switch (fact.type) {
    case 'StockReserved':
      return { type: 'RecordStockReserved', orderId, at };
    case 'StockRefused':
      return { type: 'RecordStockRefused', orderId, at };
    case 'FraudCleared':
      return { type: 'RecordFraudCleared', orderId, at };
    case 'FraudReviewRequested':
      return { type: 'RecordFraudReview', orderId, at };
    case 'FraudRejected':
      return { type: 'RecordFraudRejected', orderId, at };
    case 'PaymentCaptured':
      return {
        type: 'RecordPaymentCaptured',
        orderId,
        at,
        paymentId: fact.paymentId,
        amountMinor: fact.amountMinor,
      };
    case 'PaymentDeclined':
      return { type: 'RecordPaymentDeclined', orderId, at };
    case 'PaymentRefunded': {
      const { refundId, paymentId, amountMinor, refundedMinor = amountMinor } = fact;
      return { type: 'RecordRefund', orderId, at, refundId, paymentId, refundedMinor };
    }
  }
}
