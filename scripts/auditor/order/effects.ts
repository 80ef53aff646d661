import type { OrderEvent } from '../../../domain/order/order-events.ts';
import type { ConsumerReport, Finding, Invariant } from '../report.ts';
import { isPublished } from './log.ts';
import { about, orderEventId, paymentEventId, type OrderFacts } from './order-facts.ts';

/** An event that a consumer has to handle, and whether what it does is to be seen. */
type Effect = {
  readonly consumer: string;
  readonly eventId: string;
  readonly type: string;
  readonly done: boolean;
};

type Counts = { produced: number; processed: number; dead: number; pending: number; lost: number };

export const effectsAccounted: Invariant = {
  name: 'effects-accounted',
  about: 'for each consumer: processed + dead + pending == produced, event by event',
  needs: ['postgres', 'kafka'],
};

/** Counts each consumer's events; those that are neither processed nor dead nor young enough to be pending are lost. */
export function createEffectCount() {
  const counts = new Map<string, Counts>();
  return {
    add(facts: OrderFacts): readonly Finding[] {
      return effectsOf(facts).flatMap(({ consumer, eventId, type, done }) => {
        const count = counts.get(consumer) ?? { produced: 0, processed: 0, dead: 0, pending: 0, lost: 0 };
        counts.set(consumer, count);
        count.produced += 1;
        if (done) count.processed += 1;
        else if (facts.dead?.byConsumer.get(consumer)?.has(eventId)) count.dead += 1;
        else if (!facts.due) count.pending += 1;
        else {
          count.lost += 1;
          return [about(facts, `${consumer} lost ${type} ${eventId}`)];
        }
        return [];
      });
    },
    reports: (): readonly ConsumerReport[] =>
      [...counts].map(([consumer, count]) => ({ consumer, ...count })),
  };
}

/** Every event of an order that a consumer takes, by what the consumer leaves behind. */
function effectsOf(facts: OrderFacts): readonly Effect[] {
  const { orderId } = facts;
  const ofOrder = facts.orderEvents.flatMap(({ version, event }) => {
    const eventId = orderEventId(orderId, version);
    return Object.entries(effectsOfOrderEvent(facts, event, eventId, version)).map(([consumer, done]) => ({
      consumer,
      eventId,
      type: event.type,
      done,
    }));
  });
  return [...ofOrder, ...paymentFacts(facts), ...stockAndFraudFacts(facts)];
}

function effectsOfOrderEvent(
  facts: OrderFacts,
  event: OrderEvent,
  eventId: string,
  version: number,
): Readonly<Record<string, boolean>> {
  const status = facts.reservation?.status;
  const mail = facts.mails.some((row) => row.step === event.type && row.status !== 'claimed');
  const forAll = {
    'append-audit': facts.audited.has(eventId),
    ...(facts.history ? { 'project-order-history': (facts.history.summary?.version ?? 0) >= version } : {}),
  };
  switch (event.type) {
    case 'OrderPlaced':
      return { ...forAll, 'reserve-stock': status !== undefined, 'score-order': facts.score !== undefined };
    case 'OrderConfirmed':
      return { ...forAll, 'capture-payment': isDecided(facts) };
    case 'OrderPaid':
      return {
        ...forAll,
        'book-shipment': facts.shipment.status !== 'none',
        'aggregate-analytics': facts.aggregated.has(eventId) || facts.forgotten.has(eventId),
        'learn-copurchases': facts.learned.has(eventId) || facts.forgotten.has(eventId),
      };
    case 'OrderShipped':
      return {
        ...forAll,
        'send-notification': mail,
        'reserve-stock': status === 'committed' || status === 'returned',
      };
    case 'OrderRejected':
    case 'OrderCancelled':
      return {
        ...forAll,
        'send-notification': mail,
        'reserve-stock': status === 'released' || status === 'refused',
      };
    case 'OrderRefundDue':
      return { ...forAll, 'refund-payment': refundedUpTo(facts) >= event.amountMinor };
    case 'OrderRefunded':
      return { ...forAll, 'send-notification': mail };
    case 'OrderReturned':
      return { ...forAll, 'reserve-stock': status === 'returned' };
    default:
      return forAll;
  }
}

/** A confirmed order that was cancelled before its turn came is never charged; an intent may stay in its payment. */
function isDecided(facts: OrderFacts): boolean {
  const { status } = facts.payment;
  if (status === 'captured' || status === 'declined' || status === 'voided') return true;
  return facts.orderEvents.some(({ event }) => event.type === 'OrderCancelled');
}

function paymentFacts(facts: OrderFacts): readonly Effect[] {
  const { orderId } = facts;
  return facts.paymentEvents.flatMap(({ version, event: { type } }) => {
    if (!isPublished(type)) return [];
    const eventId = paymentEventId(orderId, version);
    const heard =
      type === 'PaymentCaptured'
        ? has(facts, 'OrderPaid') || has(facts, 'OrderRefundDue')
        : type === 'PaymentRefunded'
          ? isRefundHeard(facts, version)
          : facts.order.status !== 'confirmed';
    return [
      { consumer: 'append-audit', eventId, type, done: facts.audited.has(eventId) },
      { consumer: 'advance-order', eventId, type, done: heard },
    ];
  });
}

/** Money changes nothing in an order that waits for none of it, before it does, or while a part of it is still missing. */
function isRefundHeard(facts: OrderFacts, version: number): boolean {
  const { order } = facts;
  if (has(facts, 'OrderRefunded') || !('refundDue' in order) || !order.refundDue) return true;
  if (refundedUpTo(facts, version) < order.refundDue.amountMinor) return true;
  const dueAt = facts.orderEvents.find(({ event }) => event.type === 'OrderRefundDue')?.event.at;
  const refundedAt = facts.paymentEvents.find((refund) => refund.version === version)?.event.at;
  return dueAt !== undefined && refundedAt !== undefined && Date.parse(refundedAt) < Date.parse(dueAt);
}

/** What went back up to this version of the payment, in minor units. */
function refundedUpTo({ paymentEvents }: OrderFacts, last = Infinity): number {
  return paymentEvents
    .filter(({ version }) => version <= last)
    .reduce((sum, { event }) => sum + (event.type === 'PaymentRefunded' ? event.amountMinor : 0), 0);
}

function stockAndFraudFacts(facts: OrderFacts): readonly Effect[] {
  const { order, orderId, reservation, score } = facts;
  const cause = orderEventId(orderId, 1);
  const placed = order.status === 'placed' ? order : undefined;
  const effects: Effect[] = [];
  const expect = (worker: string, type: string, done: boolean): void =>
    void effects.push({ consumer: 'advance-order', eventId: `${worker}/${cause}/${type}`, type, done });
  if (reservation?.status === 'refused') expect('reserve-stock', 'StockRefused', !placed);
  else if (reservation && reservation.allocations.length > 0)
    expect('reserve-stock', 'StockReserved', placed?.stock !== 'pending');
  if (score === 'clear') expect('score-order', 'FraudCleared', !placed || placed.fraud === 'clear');
  if (score === 'review') expect('score-order', 'FraudReviewRequested', placed?.fraud !== 'pending');
  if (score === 'reject') expect('score-order', 'FraudRejected', !placed);
  return effects;
}

function has({ orderEvents, paymentEvents }: OrderFacts, type: string): boolean {
  return [...orderEvents, ...paymentEvents].some(({ event }) => event.type === type);
}
