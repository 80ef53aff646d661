/** One capture; the order id is the idempotency key, so a repeated capture of an order charges once. */
export interface Capture {
  orderId: string;
  amountMinor: number;
  /** ISO 4217, upper case. */
  currency: string;
  /** The provider's token for a card; a card number never enters the platform. */
  paymentToken: string;
}

export type CaptureResult =
  { outcome: 'captured'; chargeId: string } | { outcome: 'declined'; reason: string };

/** Gives back (part of) one charge; repeated for the same order and charge it refunds once. */
export interface Refund {
  orderId: string;
  chargeId: string;
  amountMinor: number;
}

/** What the provider's own books say of an order: the other side of reconciliation. */
export interface ProviderCharge {
  orderId: string;
  chargeId: string;
  amountMinor: number;
  currency: string;
  refundedMinor: number;
}

/**
 * The party that moves the money. Each method throws a TransientError when the outcome is unknown (time-out, 5xx, open
 * breaker), a ConflictError when the key was used with another body, and a PermanentError on any other refusal.
 */
export interface PaymentProvider {
  capture(capture: Capture, signal?: AbortSignal): Promise<CaptureResult>;
  refund(refund: Refund, signal?: AbortSignal): Promise<{ refundId: string }>;
  /** The captured charges of these orders; an order without one is absent. */
  find(orderIds: readonly string[], signal?: AbortSignal): Promise<ProviderCharge[]>;
}
