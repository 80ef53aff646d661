import type { z } from 'zod';
import { fold } from '../../domain/decider.ts';
import { bucketOf } from '../../domain/ids.ts';
import type { OrderEvent } from '../../domain/order/order-events.ts';
import { orderDecider } from '../../domain/order/order.ts';
import { paymentDecider, type PaymentEvent } from '../../domain/payment/payment.ts';
import { shipmentDecider, type ShipmentEvent } from '../../domain/shipping/shipment.ts';
import type { Outside } from './outside.ts';
import {
  about,
  type DeadLetters,
  type OrderFacts,
  type PublishedBits,
  type Versioned,
} from './order/order-facts.ts';
import { bitsBefore } from './order/published.ts';
import type { EventRow, OrderRows } from './read-orders.ts';
import type { Finding, Invariant } from './report.ts';
import { storedEvents } from './stored-events.ts';

export const eventsReadable: Invariant = {
  name: 'events-readable',
  about: 'each stored event of an order, its payment and its shipment has the form of its type',
  needs: ['postgres'],
};

export type Around = {
  readonly outside: Outside;
  readonly published: PublishedBits | undefined;
  readonly dead: DeadLetters | undefined;
  readonly takenIsAll: boolean;
  readonly partitions: number;
  /** What was recorded before has had the time to be complete. */
  readonly dueBefore: Date;
  /** Since when the topics were read; undefined where that was from their beginning. */
  readonly publishedSince: Date | undefined;
};

/** Puts together what is known of one order; an event that cannot be read is a finding, and nothing else is checked. */
export function factsOf(rows: OrderRows, around: Around): OrderFacts | Finding {
  const unreadable = (['orders', 'payment', 'shipping'] as const)
    .map((schema) => ({ schema, row: rows[schema].find((row) => !isReadable(row, storedEvents[schema])) }))
    .find(({ row }) => row);
  if (unreadable?.row) {
    const { version, type } = unreadable.row;
    return about(rows, `${unreadable.schema} version ${version} is no ${type} of its form`);
  }
  const { bucket, orderId, postings, reservation, saga, score, audited } = rows;
  const { aggregated, learned, forgotten } = rows;
  const { outside, published, dead, takenIsAll, partitions, dueBefore, publishedSince } = around;
  const orderEvents = versioned<OrderEvent>(rows.orders);
  const paymentEvents = versioned<PaymentEvent>(rows.payment);
  const shipmentEvents = versioned<ShipmentEvent>(rows.shipping);
  return {
    bucket,
    orderId,
    ownBucket: bucketOf(orderId, partitions),
    due: [rows.orders, rows.payment, rows.shipping].flat().every(({ recordedAt }) => recordedAt < dueBefore),
    orderEvents,
    order: fold(
      orderDecider,
      orderEvents.map(({ event }) => event),
    ),
    paymentEvents,
    payment: fold(
      paymentDecider,
      paymentEvents.map(({ event }) => event),
    ),
    shipmentEvents,
    shipment: fold(
      shipmentDecider,
      shipmentEvents.map(({ event }) => event),
    ),
    postings,
    reservation,
    saga,
    score,
    mails: rows.mails.map(({ step, status, at }) => ({ step, status, due: at < dueBefore })),
    audited,
    aggregated,
    learned,
    forgotten,
    charges: outside.charges && (outside.charges.get(orderId) ?? []),
    taken: outside.taken,
    takenIsAll,
    history: outside.history && { summary: outside.history.get(orderId) },
    published:
      published && publishedSince ? { ...published, before: bitsBefore(publishedSince, rows) } : published,
    dead,
  };
}

function versioned<Event>(rows: readonly EventRow[]): Versioned<Event>[] {
  return rows.map(({ version, type, json }) => ({
    version,
    json,
    event: { ...(JSON.parse(json) as object), type } as Event,
  }));
}

function isReadable({ type, json }: EventRow, schemas: Readonly<Record<string, z.ZodType>>): boolean {
  return schemas[type]?.safeParse(JSON.parse(json)).success ?? false;
}
