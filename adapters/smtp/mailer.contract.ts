import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Mailer } from '../../platform/ports/mail.ts';

interface MailerUnderTest {
  mailer: Mailer;
  /** How many copies of a mail reached the mail server. */
  copies(messageId: string): Promise<number>;
  /** Addresses that the server refuses for good, and for now. */
  refused: string;
  busy: string;
  close(): Promise<void>;
}

const mail = (to = 'ada@example.com', subject = 'Your order') => {
  return { messageId: `${randomUUID()}@meridian.test`, to, subject, text: 'Paid.\n.\nThanks' };
};

/** What every mailer must do; call it once for each implementation. */
export const mailerContract = (name: string, makeMailer: () => Promise<MailerUnderTest>): void => {
  describe(`${name} as a mailer`, () => {
    let made: MailerUnderTest;
    beforeAll(async () => {
      made = await makeMailer();
    });
    afterAll(() => made.close());

    test('sends a batch, each mail once, under the ids given', async () => {
      const mails = Array.from({ length: 60 }, (_, index) =>
        mail(undefined, index < 30 ? 'Größe 42 ✓' : undefined),
      );
      const ids = mails.map(({ messageId }) => messageId);
      await made.mailer.send(mails);
      expect(await made.mailer.accepted([...ids, 'unknown@meridian.test'])).toEqual(new Set(ids));
      expect(await Promise.all(ids.map((id) => made.copies(id)))).toEqual(ids.map(() => 1));
    });

    test('an empty batch and an empty question are fine', async () => {
      await made.mailer.send([]);
      expect(await made.mailer.accepted([])).toEqual(new Set());
    });

    test('a refused address is permanent and named by its id; the others go', async () => {
      const [good, bad] = [mail(), mail(made.refused)];
      await expect(made.mailer.send([good, bad])).rejects.toMatchObject({
        name: 'PermanentError',
        details: { failed: [bad.messageId] },
      });
      const ids = [good.messageId, bad.messageId];
      expect(await made.mailer.accepted(ids)).toEqual(new Set([good.messageId]));
    });

    test('a busy server is transient, also beside a refusal', async () => {
      const [bad, busy] = [mail(made.refused), mail(made.busy)];
      await expect(made.mailer.send([bad, busy])).rejects.toMatchObject({
        name: 'TransientError',
        details: { failed: [bad.messageId, busy.messageId] },
      });
    });
  });
};
