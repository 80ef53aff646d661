/** `messageId` is derived from the order and the step (no angle brackets), so a repeated mail has the same one. */
export interface Mail {
  messageId: string;
  to: string;
  subject: string;
  text: string;
}

/** Takes mails to the mail server. It can repeat one whose answer was lost; ask `accepted` before sending again. */
export interface Mailer {
  /**
   * Sends a batch; resolves when the server took each one. Throws a TransientError or a PermanentError whose
   * `details.failed` names the message ids that were not taken, and `details.unanswered` those among them that the server
   * may take yet: it got them and did not answer in time. With `endByMs` (of `performance.now()`) nothing is under way after
   * that: a mail whose turn comes too late is not handed over, and the code is `claim-expiring`.
   */
  send(mails: readonly Mail[], options?: { readonly endByMs?: number }): Promise<void>;
  /** Which of these ids the mail server has taken already. Throws a TransientError when it cannot be asked. */
  accepted(messageIds: readonly string[]): Promise<ReadonlySet<string>>;
}
