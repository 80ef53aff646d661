export type MailStep = {
  readonly bucket: number;
  readonly orderId: string;
  /** The order event that the customer hears of: at most one mail an order and step. */
  readonly step: string;
};

/** Which mails were sent, inside a transaction. */
export interface MailLog {
  /**
   * Claims these mails before they are sent. `fresh` (indexes into `mails`) were never claimed, `unsettled` were, and nobody knows
   * whether they went out: ask the mail server before sending. Sent and failed ones are in neither.
   */
  claim(
    mails: readonly MailStep[],
  ): Promise<{ readonly fresh: readonly number[]; readonly unsettled: readonly number[] }>;
  /** Answers with the indexes of those that had not been settled before. */
  settle(mails: readonly MailStep[], outcome: 'sent' | 'failed'): Promise<readonly number[]>;
}
