import type { Currency } from '../money.ts';

export type OrderLine = {
  readonly sku: string;
  readonly category: string;
  readonly quantity: number;
  readonly unitPriceMinor: number;
};

/** What the customer ordered; `totalMinor` = lines − discount + shipping + tax, all in minor units of `currency`. */
export type OrderTerms = {
  readonly currency: Currency;
  readonly lines: readonly OrderLine[];
  readonly discountMinor: number;
  readonly shippingMinor: number;
  readonly taxMinor: number;
  readonly totalMinor: number;
  readonly paymentToken: string;
  readonly shipTo: { readonly country: string; readonly postalCode: string };
  /** Whether the customer ordered the cart as it was, and named no lines. */
  readonly fromCart?: true | undefined;
};

/** Minor units sold in one category: what analytics adds up, before discount, shipping and tax. */
export type CategoryTotal = { readonly category: string; readonly totalMinor: number };

/** Every event names the order and its user, so that a projection needs no look-up; `at` is ISO 8601 in UTC. */
type Fact<Type extends string, Data = object> = {
  readonly type: Type;
  readonly orderId: string;
  readonly userId: string;
  readonly at: string;
} & Readonly<Data>;

export type RejectedReason = 'out-of-stock' | 'fraud-suspected' | 'payment-declined';
export type RefundCause = 'cancelled' | 'late-capture' | 'returned';
type Payment = { paymentId: string; currency: Currency };

export type OrderPlaced = Fact<'OrderPlaced', OrderTerms>;
/** Stock is held and fraud has not cleared yet; when it had, OrderConfirmed says both. */
export type OrderStockReserved = Fact<'OrderStockReserved'>;
/** Fraud has cleared and stock is not held yet. */
export type OrderFraudCleared = Fact<'OrderFraudCleared'>;
export type OrderHeldForReview = Fact<'OrderHeldForReview'>;
export type OrderConfirmed = Fact<
  'OrderConfirmed',
  { currency: Currency; totalMinor: number; paymentToken: string }
>;
export type OrderRejected = Fact<'OrderRejected', { reason: RejectedReason }>;
export type OrderPaid = Fact<
  'OrderPaid',
  Payment &
    Pick<OrderTerms, 'lines' | 'totalMinor' | 'shipTo'> & { totalsByCategory: readonly CategoryTotal[] }
>;
export type OrderShipped = Fact<
  'OrderShipped',
  { shipmentId: string; carrier: string; trackingCode: string }
>;
export type OrderDelivered = Fact<'OrderDelivered', { shipmentId: string }>;
export type OrderCancelled = Fact<'OrderCancelled', { reason: string }>;
/** Money was captured that the order may not keep; a refund of exactly `amountMinor` is owed. */
export type OrderRefundDue = Fact<'OrderRefundDue', Payment & { amountMinor: number; cause: RefundCause }>;
export type OrderRefunded = Fact<'OrderRefunded', Payment & { refundId: string; amountMinor: number }>;
export type OrderReturned = Fact<'OrderReturned', { reason: string }>;

export type OrderEvent =
  | OrderPlaced
  | OrderStockReserved
  | OrderFraudCleared
  | OrderHeldForReview
  | OrderConfirmed
  | OrderRejected
  | OrderPaid
  | OrderShipped
  | OrderDelivered
  | OrderCancelled
  | OrderRefundDue
  | OrderRefunded
  | OrderReturned;
