import { topics } from '../../contracts/topics.ts';
import { journalOf } from '../../domain/payment/journal.ts';
import {
  paymentDecider,
  refundedMinor,
  type Payment,
  type PaymentCommand,
  type PaymentEvent,
  type PaymentRejection,
} from '../../domain/payment/payment.ts';
import type { StreamKind } from '../decide-all.ts';

/** What others hear of a payment: captured, declined, refunded. The payment's id outside is the provider's charge id. */
export const paymentStream: StreamKind<Payment, PaymentCommand, PaymentEvent, PaymentRejection> = {
  decider: paymentDecider,
  eventIdPrefix: 'payment/',
  messageOf(event, payment) {
    const data = payloadOf(event, payment);
    return data && { topic: topics.paymentEvents.name, key: event.orderId, type: event.type, payload: data };
  },
  postingsOf: journalOf,
};

function payloadOf(event: PaymentEvent, payment: Payment): object | undefined {
  if (payment.status === 'new') return undefined;
  const { orderId, at, currency } = event;
  const about = { orderId, userId: payment.userId, at, paymentId: payment.chargeId ?? orderId };
  switch (event.type) {
    case 'PaymentCaptured':
      return { ...about, amountMinor: event.amountMinor, currency };
    case 'PaymentRefunded':
      return {
        ...about,
        amountMinor: event.amountMinor,
        currency,
        refundId: event.refundId,
        refundedMinor: refundedMinor(payment),
      };
    case 'PaymentDeclined':
      return { ...about, declineCode: event.reason };
    default:
      return undefined;
  }
}
