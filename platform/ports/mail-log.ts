export type MailStep = {
  readonly bucket: number;
  readonly orderId: string;
  /** The order event that the customer hears of: at most one mail an order and step. */
  readonly step: string;
};

/** A mail that is to be sent, and to whom. */
export type DueMail = MailStep & { readonly userId: string };

/** Which mails were sent, inside a transaction. */
export interface MailLog {
  /**
   * Claims these mails for `claimMs` before they are sent. The answer has indexes into `mails`: `fresh` were never claimed;
   * `unsettled` were, so long ago that nobody is sending them any more: ask the mail server before sending; `busy` are
   * another's now. Sent and failed ones are in none.
   */
  claim(mails: readonly DueMail[], claimMs: number): Promise<MailClaims>;
  /**
   * Gives up the claims of that call on mails that were not sent, or perhaps not: they are `unsettled` at once. What has been
   * claimed again meanwhile stays claimed.
   */
  release(mails: readonly MailStep[], claimedAt: string): Promise<void>;
  /** Answers with the indexes of those that had not been settled before. */
  settle(mails: readonly MailStep[], outcome: 'sent' | 'failed'): Promise<readonly number[]>;
}

export type MailClaims = {
  /** Names this call's claims in `release`. */
  readonly claimedAt: string;
  readonly fresh: readonly number[];
  readonly unsettled: readonly number[];
  readonly busy: readonly number[];
};
