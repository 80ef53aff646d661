import { messageIdOf } from '../../../domain/notification/mail-text.ts';
import { about, orderEventId, type OrderFacts, type OrderInvariant } from './order-facts.ts';

export const mailOnce: OrderInvariant = {
  name: 'mail-once',
  about: 'the mail server took each mail of an order and step once, and those that failed never',
  needs: ['postgres', 'mails'],
  check(facts) {
    if (facts.mails.length === 0) return undefined;
    return facts.mails.flatMap(({ step, status, due }) => {
      const copies = facts.taken?.get(messageIdOf(facts.orderId, step)) ?? 0;
      if (copies > 1) return [about(facts, `${copies} mails of ${step}`)];
      if (status === 'sent' && copies === 0 && facts.takenIsAll)
        return due ? [about(facts, `the mail of ${step} never came`)] : [];
      return [];
    });
  },
};

export const shippedHasMail: OrderInvariant = {
  name: 'shipped-has-mail',
  about: 'the customer of each shipped order was told, or the mail was refused',
  needs: ['postgres'],
  check(facts) {
    if (!facts.orderEvents.some(({ event }) => event.type === 'OrderShipped')) return undefined;
    const mail = facts.mails.find(({ step }) => step === 'OrderShipped');
    if (!mail) return [about(facts, 'shipped without a mail', true)];
    return mail.status === 'claimed' ? [about(facts, 'the mail of OrderShipped is not settled', true)] : [];
  },
};

export const mailHasStep: OrderInvariant = {
  name: 'mail-has-step',
  about: 'a mail is about a step that the order took',
  needs: ['postgres'],
  check(facts) {
    if (facts.mails.length === 0) return undefined;
    const types = new Set<string>(facts.orderEvents.map(({ event }) => event.type));
    return facts.mails.flatMap(({ step }) =>
      types.has(step) ? [] : [about(facts, `a mail of ${step}, which it never took`)],
    );
  },
};

export const oneShipment: OrderInvariant = {
  name: 'one-shipment',
  about: 'at most one shipment an order, and a shipped order names it',
  needs: ['postgres'],
  check(facts) {
    const booked = facts.shipmentEvents.flatMap(({ event }) =>
      event.type === 'ShipmentBooked' ? [event.shipmentId] : [],
    );
    if (booked.length > 1) return [about(facts, `${booked.length} shipments`)];
    const shipped = facts.orderEvents.find(({ event }) => event.type === 'OrderShipped')?.event;
    if (shipped?.type !== 'OrderShipped') return booked.length === 0 ? undefined : [];
    return shipped.shipmentId === booked[0]
      ? []
      : [about(facts, `shipped as ${shipped.shipmentId}, booked as ${booked[0] ?? 'nothing'}`)];
  },
};

export const endedIsStopped: OrderInvariant = {
  name: 'ended-is-stopped',
  about: 'a shipment booked for an order that ended before it was shipped was stopped, or has come back',
  needs: ['postgres'],
  check(facts) {
    const { shipment, orderEvents } = facts;
    const end = orderEvents.find(
      ({ event: { type } }) => type === 'OrderRejected' || type === 'OrderCancelled',
    );
    if (!end) return undefined;
    if (shipment.status === 'none' || shipment.status === 'stopped' || shipment.status === 'returned')
      return [];
    // The one that booked it learns that the order is closed, and stops it then; a dead letter is in sight.
    const mayStop = shipment.status === 'booked';
    if (mayStop && isGivenUp(facts)) return [];
    return [about(facts, `${end.event.type}, and its shipment is ${shipment.status}`, mayStop)];
  },
};

function isGivenUp({ orderId, orderEvents, dead }: OrderFacts): boolean {
  const letters = dead?.byConsumer.get('book-shipment');
  return orderEvents.some(({ version }) => letters?.has(orderEventId(orderId, version)));
}
