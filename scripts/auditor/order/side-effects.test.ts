import { expect, test } from 'vitest';
import { sampleEvents } from '../../../domain/order/order-samples.ts';
import type { OrderEvent } from '../../../domain/order/order-events.ts';
import type { Shipment } from '../../../domain/shipping/shipment.ts';
import type { OrderFacts } from './order-facts.ts';
import { endedIsStopped } from './side-effects.ts';

const { OrderPlaced, OrderPaid, OrderShipped, OrderCancelled } = sampleEvents;
const { orderId } = OrderPlaced;
const cancelled = [OrderPlaced, OrderPaid, OrderCancelled];
const shipmentId = 'shp_1';

function check(
  events: readonly OrderEvent[],
  shipment: Shipment,
  deadLetters: Readonly<Record<string, string>> = {},
) {
  return endedIsStopped.check({
    orderId,
    orderEvents: events.map((event, index) => ({ version: index + 1, event, json: '' })),
    shipment,
    dead: {
      byConsumer: new Map(Object.entries(deadLetters).map(([consumer, id]) => [consumer, new Set([id])])),
      orderIds: new Set(),
    },
  } as Partial<OrderFacts> as OrderFacts);
}

test('asks only of an order that ended before it was shipped', () => {
  expect(check([OrderPlaced, OrderPaid], { status: 'booked', shipmentId })).toBeUndefined();
  expect(check([OrderPlaced, OrderPaid, OrderShipped], { status: 'booked', shipmentId })).toBeUndefined();
  expect(check(cancelled, { status: 'none' })).toEqual([]);
  expect(check(cancelled, { status: 'stopped' })).toEqual([]);
  expect(check(cancelled, { status: 'returned', shipmentId })).toEqual([]);
});

test('a booked one may still be stopped; one that the carrier has is too late for that', () => {
  expect(check(cancelled, { status: 'booked', shipmentId })).toEqual([
    { example: `${orderId}: OrderCancelled, and its shipment is booked`, late: true },
  ]);
  for (const status of ['picked-up', 'delivered'] as const)
    expect(check(cancelled, { status, shipmentId })).toEqual([
      { example: `${orderId}: OrderCancelled, and its shipment is ${status}`, late: false },
    ]);
});

test('one whose event book-shipment gave up waits for a person, in sight', () => {
  const booked = { status: 'booked', shipmentId } as const;
  expect(check(cancelled, booked, { 'book-shipment': `${orderId}/2` })).toEqual([]);
  expect(check(cancelled, booked, { 'book-shipment': 'ord_other/2' })).toHaveLength(1);
  expect(check(cancelled, booked, { 'send-notification': `${orderId}/2` })).toHaveLength(1);
});
