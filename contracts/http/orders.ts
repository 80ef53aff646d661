import { z } from 'zod';
import { currency, minorUnits, orderId } from '../event-parts.ts';
import { isCardNumber } from './card-number.ts';
import { lineQuantity, reason, shipTo, sku } from './parts.ts';

export const requestedLine = z.strictObject({ sku, quantity: lineQuantity });
export const maxLines = 100;
/** Room for 10,000 of the longest lines: who sends so many hears that it is the lines, not only that the body is too large. */
export const linesBytes = 1024 * 1024;
const requestedLines = z.array(requestedLine).min(1).max(maxLines);

export const quoteRequest = z.strictObject({ lines: requestedLines, currency: currency.optional() });
export const quote = z.object({
  currency,
  lines: z.array(
    z.object({ sku, quantity: lineQuantity, unitPriceMinor: minorUnits, lineTotalMinor: minorUnits }),
  ),
  subtotalMinor: minorUnits,
  discountMinor: minorUnits,
  shippingMinor: minorUnits,
  taxMinor: minorUnits,
  totalMinor: minorUnits,
});

/** Either the lines, or the customer's cart. The currency is the region's; a request may say which one it expects. */
export const placeOrderRequest = z
  .strictObject({
    lines: requestedLines.optional(),
    fromCart: z
      .literal(true)
      .optional()
      .describe(
        'Orders the cart, and empties it unless it was changed meanwhile; another key is another order',
      ),
    currency: currency.optional(),
    paymentToken: z
      .string()
      .regex(/^[!-~]{1,200}$/)
      .refine((token) => !isCardNumber(token), 'is a card number, which must not come here: send its token'),
    shipTo,
  })
  .refine(({ lines, fromCart }) => (lines === undefined) !== (fromCart === undefined), {
    path: ['lines'],
    message: 'either lines or fromCart',
  });
export type PlaceOrderRequest = z.infer<typeof placeOrderRequest>;

export const placeOrderHeaders = z.object({
  /** 1 to 255 visible ASCII characters; the same key and body have the same answer, and one order. */
  'Idempotency-Key': z.string().regex(/^[!-~]{1,255}$/),
  /** RFC 7240: `wait=10` holds the answer up to ten seconds for the order's outcome. */
  Prefer: z.string().max(200).optional(),
});

export const acceptedOrder = z.object({
  orderId,
  status: z.literal('accepted'),
  currency,
  totalMinor: minorUnits,
  statusUrl: z.string(),
  eventsUrl: z.string(),
});
export type AcceptedOrder = z.infer<typeof acceptedOrder>;

const orderStatus = z.enum([
  'placed',
  'confirmed',
  'paid',
  'shipped',
  'delivered',
  'rejected',
  'cancelled',
  'returned',
  'refunded',
]);

export const orderResource = z.object({
  orderId,
  status: orderStatus,
  version: z.int(),
  placedAt: z.iso.datetime(),
  currency,
  lines: z.array(
    z.object({ sku, category: z.string(), quantity: z.int(), unitPriceMinor: minorUnits }).readonly(),
  ),
  discountMinor: minorUnits,
  shippingMinor: minorUnits,
  taxMinor: minorUnits,
  totalMinor: minorUnits,
  shipTo,
  /** Why it was rejected. */
  reason: z.string().optional(),
  /** Captured money that has not gone back yet. */
  refundDueMinor: minorUnits.optional(),
  shipment: z.object({ shipmentId: z.string(), carrier: z.string(), trackingCode: z.string() }).optional(),
  steps: z.array(z.object({ type: z.string(), at: z.iso.datetime(), version: z.int() })),
});
export type OrderResource = z.infer<typeof orderResource>;

/** An order as the read model knows it. */
export const orderSummary = z.object({
  orderId,
  status: z.string(),
  version: z.int(),
  createdAt: z.iso.datetime(),
  currency: z.string(),
  totalMinor: minorUnits,
  lines: z.array(z.object({ sku: z.string(), quantity: z.int() })),
});

export const cancelRequest = z.strictObject({ reason: reason.optional() });
export const eventStreamHeaders = z.object({
  'Last-Event-ID': z
    .string()
    .regex(/^\d{1,6}$/)
    .optional(),
});

export const cart = z.object({ version: z.int(), lines: z.array(requestedLine) });
export const cartItemRequest = z.strictObject({ quantity: lineQuantity });

export const fraudDecisionRequest = z.strictObject({ decision: z.enum(['clear', 'reject']) });
export const parkedOrders = z.object({
  items: z.array(z.object({ orderId, parkedReason: z.string(), deadlineAt: z.iso.datetime() })),
});
