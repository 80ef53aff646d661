import { expect, expectTypeOf, test } from 'vitest';
import type { EventOf } from '../../contracts/event-parts.ts';
import { fold, type Decider } from '../../domain/decider.ts';
import { chargeCommands, paymentDecider, type PaymentEvent } from '../../domain/payment/payment.ts';
import { sampleCommands } from '../../domain/order/order-samples.ts';
import { shipmentDecider, type ShipmentEvent } from '../../domain/shipping/shipment.ts';
import { storedEvents } from './stored-events.ts';

const { orderId, userId, at, currency } = sampleCommands.PlaceOrder;
const on = { orderId, at };
const shipment = { ...on, shipmentId: 'shp_1' };
const request = { ...on, type: 'RequestPayment', userId, amountMinor: 3000, currency } as const;
const charge = chargeCommands(orderId, at, { chargeId: 'ch_1', amountMinor: 3000 });
const book = { ...shipment, type: 'BookShipment', carrier: 'post' } as const;

function recorded<State, Command, Event, Rejection extends string>(
  decider: Decider<State, Command, Event, Rejection>,
  commands: readonly Command[],
): readonly Event[] {
  const events: Event[] = [];
  for (const command of commands) {
    const decision = decider.decide(command, fold(decider, events));
    if (decision.accepted) events.push(...decision.events);
  }
  return events;
}

const payments = [
  ...recorded(paymentDecider, [
    request,
    ...charge,
    { ...on, type: 'RefundPayment', refundId: 'ref_1', amountMinor: 3000 },
  ]),
  ...recorded(paymentDecider, [request, { ...on, type: 'DeclinePayment', reason: 'no funds' }]),
  ...recorded(paymentDecider, [request, { ...on, type: 'VoidPayment' }]),
];
const shipments = [
  ...recorded(shipmentDecider, [
    book,
    { ...shipment, type: 'RecordPickup' },
    { ...shipment, type: 'RecordDelivery' },
    { ...shipment, type: 'RecordReturn' },
  ]),
  ...recorded(shipmentDecider, [book, { ...on, type: 'StopShipment' }]),
];

test('the schemas are of what the deciders record, and of all of it', () => {
  expectTypeOf<EventOf<typeof storedEvents.payment>>().toExtend<PaymentEvent>();
  expectTypeOf<EventOf<typeof storedEvents.shipping>>().toExtend<ShipmentEvent>();
  for (const { type, ...data } of payments) expect(storedEvents.payment[type].parse(data)).toEqual(data);
  for (const { type, ...data } of shipments) expect(storedEvents.shipping[type].parse(data)).toEqual(data);
  expect(new Set(payments.map(({ type }) => type))).toEqual(new Set(Object.keys(storedEvents.payment)));
  expect(new Set(shipments.map(({ type }) => type))).toEqual(new Set(Object.keys(storedEvents.shipping)));
});
