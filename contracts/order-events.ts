import { z } from 'zod';
import { aboutOrder, currency, minorUnits, name, quantity, type EventOf } from './event-parts.ts';

const line = z.object({ sku: name, category: name, quantity, unitPriceMinor: minorUnits }).readonly();
const lines = z.array(line).readonly();
const shipTo = z.object({ country: name, postalCode: z.string() }).readonly();
const categoryTotal = z.object({ category: name, totalMinor: minorUnits }).readonly();
const payment = { paymentId: name, currency };

/** The data of every event on `order-events`, by type; `domain/order` writes them. */
export const orderEvents = {
  OrderPlaced: z.object({
    ...aboutOrder,
    currency,
    lines,
    discountMinor: minorUnits,
    shippingMinor: minorUnits,
    taxMinor: minorUnits,
    totalMinor: minorUnits,
    paymentToken: name,
    shipTo,
    fromCart: z.literal(true).optional(),
  }),
  OrderStockReserved: z.object(aboutOrder),
  OrderFraudCleared: z.object(aboutOrder),
  OrderHeldForReview: z.object(aboutOrder),
  OrderConfirmed: z.object({ ...aboutOrder, currency, totalMinor: minorUnits, paymentToken: name }),
  OrderRejected: z.object({
    ...aboutOrder,
    reason: z.enum(['out-of-stock', 'fraud-suspected', 'payment-declined']),
  }),
  OrderPaid: z.object({
    ...aboutOrder,
    ...payment,
    totalMinor: minorUnits,
    lines,
    shipTo,
    totalsByCategory: z.array(categoryTotal).readonly(),
  }),
  OrderShipped: z.object({ ...aboutOrder, shipmentId: name, carrier: name, trackingCode: name }),
  OrderDelivered: z.object({ ...aboutOrder, shipmentId: name }),
  OrderCancelled: z.object({ ...aboutOrder, reason: z.string() }),
  OrderRefundDue: z.object({
    ...aboutOrder,
    ...payment,
    amountMinor: minorUnits,
    cause: z.enum(['cancelled', 'late-capture', 'returned']),
  }),
  OrderRefunded: z.object({ ...aboutOrder, ...payment, refundId: name, amountMinor: minorUnits }),
  OrderReturned: z.object({ ...aboutOrder, reason: z.string() }),
};

export type OrderEventContract = EventOf<typeof orderEvents>;
