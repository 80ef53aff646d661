import type { Decider } from '../../../domain/decider.ts';
import type { OrderCommand } from '../../../domain/order/order-commands.ts';
import type { OrderEvent } from '../../../domain/order/order-events.ts';
import { orderDecider } from '../../../domain/order/order.ts';
import { paymentDecider, type PaymentCommand, type PaymentEvent } from '../../../domain/payment/payment.ts';
import {
  shipmentDecider,
  type ShipmentCommand,
  type ShipmentEvent,
} from '../../../domain/shipping/shipment.ts';
import { about, type OrderInvariant } from './order-facts.ts';

const eventsOf = <Event>(list: readonly { readonly event: Event }[]): readonly Event[] =>
  list.map(({ event }) => event);

/** Each stream is one that its decider could have written, step by step. */
export const legalTransitions: OrderInvariant = {
  name: 'legal-transitions',
  about: 'each event is one that the decider records in the state before it',
  needs: ['postgres'],
  check(facts) {
    const broken = [
      ['order', brokenAt(orderDecider, orderCommandsFor, eventsOf(facts.orderEvents))],
      ['payment', brokenAt(paymentDecider, paymentCommandsFor, eventsOf(facts.paymentEvents))],
      ['shipment', brokenAt(shipmentDecider, shipmentCommandsFor, eventsOf(facts.shipmentEvents))],
    ] as const;
    return broken.flatMap(([stream, event]) =>
      event ? [about(facts, `${event.type} is no step of this ${stream}`)] : [],
    );
  },
};

/**
 * The first event that no decision could have recorded where it stands. Each event is turned back into the commands
 * that it can answer; one of them has to be accepted with events of just these types.
 */
export function brokenAt<State, Command, Event extends { readonly type: string }, Rejection extends string>(
  decider: Decider<State, Command, Event, Rejection>,
  commandsFor: (event: Event) => readonly Command[],
  events: readonly Event[],
): Event | undefined {
  let state = decider.initialState;
  for (let at = 0; at < events.length;) {
    const event = events[at]!;
    const steps = commandsFor(event)
      .map((command) => decider.decide(command, state))
      .flatMap((decision) => (decision.accepted && decision.events.length > 0 ? [decision.events] : []))
      .find((recorded) => recorded.every(({ type }, index) => events[at + index]?.type === type));
    if (!steps) return event;
    for (const taken of events.slice(at, at + steps.length)) state = decider.evolve(state, taken);
    at += steps.length;
  }
  return undefined;
}

const rejections = {
  'out-of-stock': 'RecordStockRefused',
  'fraud-suspected': 'RecordFraudRejected',
  'payment-declined': 'RecordPaymentDeclined',
} as const;

/** The commands that an event can be the answer to; none for one that is recorded only together with another. */
export function orderCommandsFor(event: OrderEvent): readonly OrderCommand[] {
  const { orderId, at } = event;
  switch (event.type) {
    case 'OrderPlaced':
      return [{ ...event, type: 'PlaceOrder' }];
    case 'OrderStockReserved':
      return [{ type: 'RecordStockReserved', orderId, at }];
    case 'OrderFraudCleared':
      return [{ type: 'RecordFraudCleared', orderId, at }];
    case 'OrderHeldForReview':
      return [{ type: 'RecordFraudReview', orderId, at }];
    case 'OrderConfirmed':
      return [
        { type: 'RecordStockReserved', orderId, at },
        { type: 'RecordFraudCleared', orderId, at },
      ];
    case 'OrderRejected':
      return [{ type: rejections[event.reason], orderId, at }];
    case 'OrderPaid':
      return [
        {
          type: 'RecordPaymentCaptured',
          orderId,
          at,
          paymentId: event.paymentId,
          amountMinor: event.totalMinor,
        },
      ];
    case 'OrderShipped':
      return [{ ...event, type: 'ShipOrder' }];
    case 'OrderDelivered':
      return [{ ...event, type: 'DeliverOrder' }];
    case 'OrderCancelled':
      return [{ type: 'CancelOrder', orderId, at, reason: event.reason }];
    case 'OrderReturned':
      return [{ type: 'ReturnOrder', orderId, at, reason: event.reason }];
    case 'OrderRefundDue':
      // The other causes follow from OrderCancelled and OrderReturned, with which they are recorded.
      return event.cause === 'late-capture'
        ? [
            {
              type: 'RecordPaymentCaptured',
              orderId,
              at,
              paymentId: event.paymentId,
              amountMinor: event.amountMinor,
            },
          ]
        : [];
    case 'OrderRefunded': {
      const { refundId, paymentId, amountMinor: refundedMinor } = event;
      return [{ type: 'RecordRefund', orderId, at, refundId, paymentId, refundedMinor }];
    }
    default:
      return event satisfies never;
  }
}

function paymentCommandsFor(event: PaymentEvent): readonly PaymentCommand[] {
  const { orderId, at } = event;
  switch (event.type) {
    case 'PaymentRequested':
      return [{ ...event, type: 'RequestPayment' }];
    case 'PaymentAuthorized':
      return [{ ...event, type: 'AuthorizePayment' }];
    case 'PaymentDeclined':
      return [{ type: 'DeclinePayment', orderId, at, reason: event.reason }];
    case 'PaymentCaptured':
      return [{ type: 'CapturePayment', orderId, at, amountMinor: event.amountMinor }];
    case 'PaymentVoided':
      return [{ type: 'VoidPayment', orderId, at }];
    case 'PaymentRefunded':
      return [
        {
          type: 'RefundPayment',
          orderId,
          at,
          refundId: event.refundId,
          amountMinor: event.amountMinor,
        },
      ];
    default:
      return event satisfies never;
  }
}

function shipmentCommandsFor(event: ShipmentEvent): readonly ShipmentCommand[] {
  const { orderId, at } = event;
  switch (event.type) {
    case 'ShipmentBooked':
      return [{ ...event, type: 'BookShipment' }];
    case 'ShipmentStopped':
      return [{ type: 'StopShipment', orderId, at }];
    case 'ShipmentPickedUp':
      return [{ type: 'RecordPickup', orderId, at, shipmentId: event.shipmentId }];
    case 'ShipmentDelivered':
      return [{ type: 'RecordDelivery', orderId, at, shipmentId: event.shipmentId }];
    case 'ShipmentReturned':
      return [{ type: 'RecordReturn', orderId, at, shipmentId: event.shipmentId }];
    default:
      return event satisfies never;
  }
}
