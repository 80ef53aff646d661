import { topics } from '../contracts/topics.ts';
import { mailFor, messageIdOf } from '../domain/notification/mail-text.ts';
import { PermanentError, TransientError } from '../platform/errors.ts';
import type { Mail, Mailer } from '../platform/ports/mail.ts';
import { wholePod } from '../platform/scale.ts';
import { defineWorker } from '../platform/worker.ts';

/** How long a claim keeps others from sending the mail, in ms. A process that crashed with claims delays its mails by this. */
const claimMs = 15_000;
/**
 * How long before its claim ends a mail is under way no more, in ms: many batches wait for few connections, and a mail that
 * is sent under an expired claim may be sent by another process too. Covers timers that are late, and what a mail server that
 * did not answer in time still does with the mail.
 */
const claimMarginMs = 2000;
/** Pause before a mail that another sends, or that may be taken yet, is looked at again, in ms. */
const busyMs = 2000;

/**
 * One mail for each order and step. A mail is claimed before it is sent: after a rebalance another process may still be
 * sending it. Where a crash left a claim open, the mail server is asked whether it has the mail before it is sent again.
 */
export const sendNotification = defineWorker({
  name: 'send-notification',
  service: 'notification',
  consumes: topics.orderEvents,
  only: ['OrderShipped', 'OrderRejected', 'OrderCancelled', 'OrderRefunded'],
  publishes: [topics.notificationEvents],
  needs: ['mails', 'mailer', 'users'],
  scale: { min: 8, max: 20, lagPerReplica: 500 },
  resources: wholePod,
  retry: { attempts: 4, firstDelayMs: 500 },
  maxBatch: 256,
  maxWaitMs: 100,
  minBytes: 16 * 1024,
  unordered: true,
  async handleInSteps(events, { mailer, users, transaction }) {
    const steps = events.map(({ bucket, event: { orderId, userId, type: step } }) => ({
      bucket,
      orderId,
      userId,
      step,
    }));
    const recipients = await users.find([...new Set(events.map(({ event }) => event.userId))]);
    // Before the database stamps the claims, so that this clock is never behind theirs.
    const endByMs = performance.now() + claimMs - claimMarginMs;
    const { fresh, unsettled, busy, claimedAt } = await transaction(({ mails }) =>
      mails.claim(steps, claimMs),
    );
    const sentBefore =
      unsettled.length > 0 ? await mailer.accepted(unsettled.map((index) => idAt(index))) : new Set();

    const outgoing: Mail[] = [];
    const open = [...fresh, ...unsettled];
    const unreachable = open.filter((index) => !recipients.has(events[index]!.event.userId));
    for (const index of open) {
      const { event } = events[index]!;
      const user = recipients.get(event.userId);
      if (user && !sentBefore.has(idAt(index))) outgoing.push(mailFor(event, user));
    }
    const { failed, unanswered, error } = await send(mailer, outgoing, endByMs);
    const refused = error instanceof PermanentError ? failed : new Set<string>();
    const sent = open.filter((index) => !unreachable.includes(index) && !failed.has(idAt(index)));
    const lost = open.filter((index) => unreachable.includes(index) || refused.has(idAt(index)));
    // One that the server may take yet keeps its claim: when that ends, the server knows whether it did.
    const released = open.filter(
      (index) => failed.has(idAt(index)) && !unanswered.has(idAt(index)) && !lost.includes(index),
    );

    await transaction(async ({ mails, record }) => {
      await mails.release(
        released.map((index) => steps[index]!),
        claimedAt,
      );
      const settledNow = await mails.settle(
        sent.map((index) => steps[index]!),
        'sent',
      );
      for (const position of settledNow)
        report(sent[position]!, { type: 'NotificationSent', messageId: idAt(sent[position]!) });
      const lostNow = await mails.settle(
        lost.map((index) => steps[index]!),
        'failed',
      );
      for (const position of lostNow)
        report(lost[position]!, { type: 'NotificationFailed', reason: 'mail-refused' });

      function report(
        index: number,
        fact:
          { type: 'NotificationSent'; messageId: string } | { type: 'NotificationFailed'; reason: string },
      ): void {
        const cause = events[index]!;
        const { orderId, userId, type: step } = cause.event;
        const event = {
          ...fact,
          orderId,
          userId,
          at: new Date().toISOString(),
          step,
          channel: 'email',
        } as const;
        record({ topic: topics.notificationEvents.name, event, cause, key: orderId });
      }
    });
    if (busy.length > 0 || unanswered.size > 0)
      throw new TransientError('mail-claimed', 'mails of this batch may be sent at this moment', {
        details: { retryAfterMs: busyMs },
        cause: error,
      });
    if (error instanceof PermanentError || error === undefined) return;
    // An error without event ids gives nothing up: the mails had no turn, and nothing is known against them.
    if (!(error instanceof TransientError) || error.code === 'claim-expiring') throw error;
    const waiting = events.filter((_, index) => failed.has(idAt(index))).map(({ eventId }) => eventId);
    throw new TransientError(error.code, error.message, {
      details: { ...error.details, eventIds: waiting },
      cause: error,
    });

    function idAt(index: number): string {
      const { event } = events[index]!;
      return messageIdOf(event.orderId, event.type);
    }
  },
});

/** The message ids that the server did not take, those among them that it may take yet, and why. */
async function send(
  mailer: Mailer,
  outgoing: readonly Mail[],
  endByMs: number,
): Promise<{ failed: ReadonlySet<string>; unanswered: ReadonlySet<string>; error: unknown }> {
  const none = new Set<string>();
  if (outgoing.length === 0) return { failed: none, unanswered: none, error: undefined };
  try {
    await mailer.send(outgoing, { endByMs });
    return { failed: none, unanswered: none, error: undefined };
  } catch (error) {
    const failed = idsIn(error, 'failed') ?? outgoing.map(({ messageId }) => messageId);
    return { failed: new Set(failed), unanswered: new Set(idsIn(error, 'unanswered')), error };
  }
}

function idsIn(error: unknown, detail: string): readonly string[] | undefined {
  const named =
    error instanceof TransientError || error instanceof PermanentError ? error.details[detail] : undefined;
  return Array.isArray(named) ? (named as string[]) : undefined;
}
