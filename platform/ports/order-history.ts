/** An event of an order as the projection takes it; `version` is its place in the order's stream. */
export type HistoryEvent = {
  readonly version: number;
  readonly type: string;
  readonly at: string;
  readonly data: Readonly<Record<string, unknown>>;
};

/** What a batch brought of one order, oldest first. */
export type HistoryChange = {
  readonly orderId: string;
  readonly userId: string;
  readonly events: readonly HistoryEvent[];
};

export type OrderSummary = {
  readonly orderId: string;
  readonly userId: string;
  /** ISO 8601, UTC: when it was placed. */
  readonly createdAt: string;
  readonly status: string;
  readonly version: number;
  readonly currency: string;
  readonly totalMinor: number;
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
  /** Every step with its time. */
  readonly steps: readonly { readonly type: string; readonly at: string; readonly version: number }[];
};

/** Mongo `order_history` (user_id, created_at); `collection` of the adapter names the live one or one being rebuilt. */
export interface OrderHistory {
  /** Idempotent by version, one bulk write a batch: a repeated event changes nothing. */
  apply(changes: readonly HistoryChange[]): Promise<void>;
  /** Newest first, strictly older than `before`. */
  list(
    userId: string,
    options: { readonly before?: { createdAt: string; orderId: string }; readonly limit: number },
  ): Promise<readonly OrderSummary[]>;
}
