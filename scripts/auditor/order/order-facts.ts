import type { OrderEvent } from '../../../domain/order/order-events.ts';
import type { Order } from '../../../domain/order/order-state.ts';
import type { Allocation } from '../../../domain/inventory/allocation.ts';
import type { Reservation } from '../../../domain/inventory/inventory.ts';
import type { Payment, PaymentEvent } from '../../../domain/payment/payment.ts';
import type { Shipment, ShipmentEvent } from '../../../domain/shipping/shipment.ts';
import type { Posting } from '../../../platform/ports/event-store.ts';
import type { OrderSummary } from '../../../platform/ports/order-history.ts';
import type { ProviderCharge } from '../../../platform/ports/payment-provider.ts';
import type { Finding, Invariant } from '../report.ts';

/** An event with its place in the stream and its data as JSON text, as it was stored. */
export type Versioned<Event> = {
  readonly version: number;
  readonly event: Event;
  readonly json: string;
};

type MailRow = {
  readonly step: string;
  readonly status: 'claimed' | 'sent' | 'failed';
  /** Whether it was settled long enough ago for the mail server to know it. */
  readonly due: boolean;
};

/** Messages of an order by their topic: a bit for each version, or for each type in the topic's list. */
export type TopicBits = {
  readonly orderEvents: number;
  readonly paymentEvents: number;
  readonly inventoryEvents: number;
  readonly fraudDetectionEvents: number;
};

/** Which of an order's messages a topic holds. */
export type PublishedBits = TopicBits & {
  /** Messages that came after one of a later version. */
  readonly disordered: readonly { readonly topic: keyof TopicBits; readonly bit: number }[];
  /** What was published before the part of the topics that was read, where it was not all. */
  readonly before: TopicBits;
};

/**
 * All that the systems say of one order. What PostgreSQL says is of one moment; the others were asked before, so that
 * they can be behind and never ahead. What a system that is away would have said is undefined.
 */
export type OrderFacts = {
  readonly bucket: number;
  readonly orderId: string;
  /** The bucket that the id belongs to. */
  readonly ownBucket: number;
  /** Whether its last event is old enough for all that follows from it to have happened. */
  readonly due: boolean;
  readonly orderEvents: readonly Versioned<OrderEvent>[];
  readonly order: Order;
  readonly paymentEvents: readonly Versioned<PaymentEvent>[];
  readonly payment: Payment;
  readonly shipmentEvents: readonly Versioned<ShipmentEvent>[];
  readonly shipment: Shipment;
  readonly postings: readonly Posting[];
  readonly reservation:
    { readonly status: Reservation['status']; readonly allocations: readonly Allocation[] } | undefined;
  readonly saga: { readonly parked: boolean } | undefined;
  readonly score: 'clear' | 'review' | 'reject' | undefined;
  readonly mails: readonly MailRow[];
  /** Data hashes of the audit chain by event id. */
  readonly audited: ReadonlyMap<string, string>;
  /** Event ids in the inbox of `aggregate-analytics`, as far as it goes back. */
  readonly aggregated: ReadonlySet<string>;
  /** Event ids in the inbox of `learn-copurchases`, as far as it goes back. */
  readonly learned: ReadonlySet<string>;
  /** Ids of paid events so old that the inboxes may have forgotten them. */
  readonly forgotten: ReadonlySet<string>;
  readonly charges: readonly ProviderCharge[] | undefined;
  /** Copies that the mail server took, by message id. */
  readonly taken: ReadonlyMap<string, number> | undefined;
  /** False where the mail server has taken so many that it forgot the first ones. */
  readonly takenIsAll: boolean;
  readonly history: { readonly summary: OrderSummary | undefined } | undefined;
  /** Undefined also where retention has deleted the order's messages. */
  readonly published: PublishedBits | undefined;
  readonly dead: DeadLetters | undefined;
};

/** The dead letters by their consumer: event ids; and the orders that they are about. */
export type DeadLetters = {
  readonly byConsumer: ReadonlyMap<string, ReadonlySet<string>>;
  readonly orderIds: ReadonlySet<string>;
};

/** An invariant of each order alone: a pure function of its facts. */
export type OrderInvariant = Invariant & {
  /** Undefined when it does not apply to this order; no findings when it holds. */
  check(facts: OrderFacts): readonly Finding[] | undefined;
};

/** A finding that names the order. */
export function about({ orderId }: Pick<OrderFacts, 'orderId'>, text: string, late = false): Finding {
  return { example: `${orderId}: ${text}`, late };
}

export const orderEventId = (orderId: string, version: number): string => `${orderId}/${version}`;
export const paymentEventId = (orderId: string, version: number): string => `payment/${orderId}/${version}`;
