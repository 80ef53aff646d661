import { sha256 } from '../../../domain/audit/chain.ts';
import { paymentEvents } from '../../../contracts/payment-events.ts';
import { paymentDecider } from '../../../domain/payment/payment.ts';
import { paymentStream } from '../../../platform/streams/payment-stream.ts';
import { about, orderEventId, paymentEventId, type OrderFacts, type OrderInvariant } from './order-facts.ts';

/** Whether others hear of this payment event. */
export const isPublished = (type: string): boolean => Object.hasOwn(paymentEvents, type);

/** The ids and data of an order's events on `order-events` and `payment-events`, as they are published. */
export function messagesOf(
  facts: OrderFacts,
): readonly { readonly eventId: string; readonly json: string }[] {
  const { orderId } = facts;
  const messages = facts.orderEvents.map(({ version, json }) => ({
    eventId: orderEventId(orderId, version),
    json,
  }));
  let payment = paymentDecider.initialState;
  for (const { version, event } of facts.paymentEvents) {
    payment = paymentDecider.evolve(payment, event);
    const message = paymentStream.messageOf?.(event, payment);
    if (!message) continue;
    messages.push({
      eventId: paymentEventId(orderId, version),
      json: JSON.stringify(message.payload),
    });
  }
  return messages;
}

export const auditedOnce: OrderInvariant = {
  name: 'audited-once',
  about: 'each order and payment message is in the audit chain, with the hash of its data',
  needs: ['postgres'],
  check(facts) {
    return messagesOf(facts).flatMap(({ eventId, json }) => {
      const hash = facts.audited.get(eventId);
      if (hash === undefined)
        return isDead(facts, eventId) ? [] : [about(facts, `${eventId} is not in the audit chain`, true)];
      return hash === sha256(json) ? [] : [about(facts, `${eventId} has another hash in the audit chain`)];
    });
  },
};

const isDead = ({ dead }: OrderFacts, eventId: string): boolean =>
  dead?.byConsumer.get('append-audit')?.has(eventId) ?? false;
