import type { OrderTerms } from './order-events.ts';

type Command<Type extends string, Data = object> = {
  readonly type: Type;
  readonly orderId: string;
  /** When it happened, ISO 8601 in UTC: `decide` reads no clock. */
  readonly at: string;
} & Readonly<Data>;

export type PlaceOrder = Command<'PlaceOrder', { userId: string } & OrderTerms>;
export type ShipOrder = Command<'ShipOrder', { shipmentId: string; carrier: string; trackingCode: string }>;
export type RecordPaymentCaptured = Command<
  'RecordPaymentCaptured',
  { paymentId: string; amountMinor: number }
>;
export type RecordRefund = Command<
  'RecordRefund',
  {
    refundId: string;
    paymentId: string;
    /** All that went back of the payment so far, this refund included. */
    refundedMinor: number;
  }
>;

export type OrderCommand =
  | PlaceOrder
  | Command<'RecordStockReserved'>
  | Command<'RecordStockRefused'>
  | Command<'RecordFraudCleared'>
  | Command<'RecordFraudReview'>
  | Command<'RecordFraudRejected'>
  | RecordPaymentCaptured
  | Command<'RecordPaymentDeclined'>
  | ShipOrder
  | Command<'DeliverOrder', { shipmentId: string }>
  | Command<'CancelOrder', { reason: string }>
  | RecordRefund
  | Command<'ReturnOrder', { reason: string }>;

export type CommandOf<Type extends OrderCommand['type']> = Extract<OrderCommand, { type: Type }>;

/** Facts that come before their cause: nothing is wrong with them, and the same command succeeds later. */
export const earlyRejections = [
  'order-unknown',
  'order-not-confirmed',
  'order-not-paid',
  'order-not-shipped',
  'order-not-delivered',
] as const;

export type OrderRejection =
  | (typeof earlyRejections)[number]
  | 'order-empty'
  | 'quantity-invalid'
  | 'price-invalid'
  | 'total-mismatch'
  | 'amount-out-of-range'
  | 'amount-mismatch'
  | 'captured-twice'
  | 'refund-not-due'
  | 'refund-in-part'
  | 'order-shipped'
  | 'order-closed';

/** Whether a refused fact should be tried again rather than given to a person. */
export function isEarly(rejection: OrderRejection): boolean {
  return earlyRejections.some((early) => early === rejection);
}
