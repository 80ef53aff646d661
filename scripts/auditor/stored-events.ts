import { z } from 'zod';
import { currency, instant, minorUnits, name, orderId, userId } from '../../contracts/event-parts.ts';
import { orderEvents } from '../../contracts/order-events.ts';
import type { PaymentEvent } from '../../domain/payment/payment.ts';
import type { ShipmentEvent } from '../../domain/shipping/shipment.ts';

const ofOrder = { orderId, at: instant };
const ofPayment = { ...ofOrder, currency };
const ofShipment = { ...ofOrder, shipmentId: name };

/** The data of every event in the three streams of an order, by type: what is published of a payment has another form. */
export const storedEvents = {
  orders: orderEvents,
  payment: {
    PaymentRequested: z.object({ ...ofPayment, userId, amountMinor: minorUnits }),
    PaymentAuthorized: z.object({ ...ofPayment, authorizedMinor: minorUnits, providerReference: name }),
    PaymentDeclined: z.object({ ...ofPayment, reason: z.string() }),
    PaymentCaptured: z.object({ ...ofPayment, amountMinor: minorUnits, releasedMinor: minorUnits }),
    PaymentVoided: z.object({ ...ofPayment, releasedMinor: minorUnits }),
    PaymentRefunded: z.object({ ...ofPayment, refundId: name, amountMinor: minorUnits }),
  } satisfies Record<PaymentEvent['type'], z.ZodType>,
  shipping: {
    ShipmentBooked: z.object({ ...ofShipment, carrier: name }),
    ShipmentStopped: z.object(ofOrder),
    ShipmentPickedUp: z.object(ofShipment),
    ShipmentDelivered: z.object(ofShipment),
    ShipmentReturned: z.object(ofShipment),
  } satisfies Record<ShipmentEvent['type'], z.ZodType>,
};
