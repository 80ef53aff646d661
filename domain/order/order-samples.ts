import type { OrderCommand } from './order-commands.ts';
import type { OrderEvent } from './order-events.ts';

const orderId = 'ord_use_0123456789abcdefghjkmnpqrs';
const userId = 'usr_use_0123456789abcdefghjkmnpqrs';
const at = '2026-03-01T12:00:00.000Z';
const head = { orderId, userId, at };
const terms = {
  currency: 'USD',
  lines: [
    { sku: 'tea-1', category: 'tea', quantity: 2, unitPriceMinor: 450 },
    { sku: 'cup-1', category: 'kitchen', quantity: 1, unitPriceMinor: 1200 },
    { sku: 'tea-2', category: 'tea', quantity: 1, unitPriceMinor: 300 },
  ],
  discountMinor: 100,
  shippingMinor: 500,
  taxMinor: 200,
  totalMinor: 3000,
  paymentToken: 'tok_visa',
  shipTo: { country: 'US', postalCode: '94103' },
} as const;
const money = { paymentId: 'pay_1', amountMinor: 3000 };
const payment = { ...money, currency: 'USD' } as const;
const shipment = { shipmentId: 'shp_1', carrier: 'ups', trackingCode: '1Z' };

/** One command of each type for one order. For tests only. */
export const sampleCommands = {
  PlaceOrder: { type: 'PlaceOrder', ...head, ...terms },
  RecordStockReserved: { type: 'RecordStockReserved', orderId, at },
  RecordStockRefused: { type: 'RecordStockRefused', orderId, at },
  RecordFraudCleared: { type: 'RecordFraudCleared', orderId, at },
  RecordFraudReview: { type: 'RecordFraudReview', orderId, at },
  RecordFraudRejected: { type: 'RecordFraudRejected', orderId, at },
  RecordPaymentCaptured: { type: 'RecordPaymentCaptured', orderId, at, ...money },
  RecordPaymentDeclined: { type: 'RecordPaymentDeclined', orderId, at },
  ShipOrder: { type: 'ShipOrder', orderId, at, ...shipment },
  DeliverOrder: { type: 'DeliverOrder', orderId, at, shipmentId: 'shp_1' },
  CancelOrder: { type: 'CancelOrder', orderId, at, reason: 'changed-mind' },
  RecordRefund: {
    type: 'RecordRefund',
    orderId,
    at,
    refundId: 'ref_1',
    paymentId: money.paymentId,
    refundedMinor: money.amountMinor,
  },
  ReturnOrder: { type: 'ReturnOrder', orderId, at, reason: 'damaged' },
} as const satisfies { [Type in OrderCommand['type']]: Extract<OrderCommand, { type: Type }> };

/** One event of each type for the same order. For tests only. */
export const sampleEvents = {
  OrderPlaced: { type: 'OrderPlaced', ...head, ...terms },
  OrderStockReserved: { type: 'OrderStockReserved', ...head },
  OrderFraudCleared: { type: 'OrderFraudCleared', ...head },
  OrderHeldForReview: { type: 'OrderHeldForReview', ...head },
  OrderConfirmed: {
    type: 'OrderConfirmed',
    ...head,
    currency: 'USD',
    totalMinor: 3000,
    paymentToken: 'tok_visa',
  },
  OrderRejected: { type: 'OrderRejected', ...head, reason: 'out-of-stock' },
  OrderPaid: {
    type: 'OrderPaid',
    ...head,
    paymentId: 'pay_1',
    currency: 'USD',
    totalMinor: 3000,
    lines: terms.lines,
    shipTo: terms.shipTo,
    totalsByCategory: [
      { category: 'kitchen', totalMinor: 1200 },
      { category: 'tea', totalMinor: 1200 },
    ],
  },
  OrderShipped: { type: 'OrderShipped', ...head, ...shipment },
  OrderDelivered: { type: 'OrderDelivered', ...head, shipmentId: 'shp_1' },
  OrderCancelled: { type: 'OrderCancelled', ...head, reason: 'changed-mind' },
  OrderRefundDue: { type: 'OrderRefundDue', ...head, ...payment, cause: 'cancelled' },
  OrderRefunded: { type: 'OrderRefunded', ...head, ...payment, refundId: 'ref_1' },
  OrderReturned: { type: 'OrderReturned', ...head, reason: 'damaged' },
} as const satisfies { [Type in OrderEvent['type']]: Extract<OrderEvent, { type: Type }> };
