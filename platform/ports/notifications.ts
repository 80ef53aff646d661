/** A mail that was sent to a customer, or could not be. */
export type Notification = {
  readonly orderId: string;
  /** The order event that the mail was about. */
  readonly step: string;
  readonly status: 'sent' | 'failed';
  /** ISO 8601, UTC, to the microsecond: when it was settled. */
  readonly at: string;
};

export type NotificationPosition = Pick<Notification, 'at' | 'orderId' | 'step'>;

export interface Notifications {
  /** A user's, newest first, strictly before `before`. */
  list(
    userId: string,
    options: { readonly before?: NotificationPosition; readonly limit: number },
  ): Promise<readonly Notification[]>;
}
