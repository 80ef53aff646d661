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
   * `details.failed` names the message ids that were not taken.
   */
  send(mails: readonly Mail[]): Promise<void>;
  /** Which of these ids the mail server has taken already. Throws a TransientError when it cannot be asked. */
  accepted(messageIds: readonly string[]): Promise<ReadonlySet<string>>;
}
