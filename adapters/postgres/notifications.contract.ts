import { describe, expect, test } from 'vitest';
import type { MailLog } from '../../platform/ports/mail-log.ts';
import type { Notification, Notifications } from '../../platform/ports/notifications.ts';

interface NotificationsUnderTest {
  notifications: Notifications;
  /** Runs in a transaction of its own. */
  run<Result>(work: (mails: MailLog) => Promise<Result>): Promise<Result>;
}

/** What every list of notifications must do; each test has users of its own. */
export const notificationsContract = (name: string, open: () => NotificationsUnderTest): void => {
  const claim = (userId: string, ...orderIds: readonly string[]) =>
    open().run(async (mails) => {
      const due = orderIds.map((orderId) => ({ bucket: 1, orderId, userId, step: 'OrderShipped' }));
      await mails.claim(due, 60_000);
      return due;
    });
  const settle = async (outcome: 'sent' | 'failed', userId: string, ...orderIds: readonly string[]) => {
    const due = await claim(userId, ...orderIds);
    await open().run((mails) => mails.settle(due, outcome));
  };

  describe(`${name} as a list of notifications`, () => {
    test('shows what was settled, and nothing that is only claimed or of another user', async () => {
      await settle('sent', 'anna', 'anna-1');
      await settle('failed', 'anna', 'anna-2');
      await claim('anna', 'anna-3');
      await settle('sent', 'bert', 'bert-1');
      const found = await open().notifications.list('anna', { limit: 10 });
      expect(found.map(({ orderId, step, status }) => [orderId, step, status])).toEqual([
        ['anna-2', 'OrderShipped', 'failed'],
        ['anna-1', 'OrderShipped', 'sent'],
      ]);
      expect(await open().notifications.list('nobody', { limit: 10 })).toEqual([]);
    });

    test('pages without gap or repeat, also through mails that were settled at once', async () => {
      const orderIds = Array.from({ length: 17 }, (_, index) => `page-${String(index).padStart(2, '0')}`);
      await settle('sent', 'pager', ...orderIds.slice(0, 12));
      await settle('sent', 'pager', ...orderIds.slice(12));
      const seen: Notification[] = [];
      for (let pages = 0; pages < 10; pages += 1) {
        const before = seen.at(-1);
        const page = await open().notifications.list('pager', { limit: 4, ...(before && { before }) });
        seen.push(...page);
        if (page.length < 4) break;
      }
      expect(seen.map(({ orderId }) => orderId)).toEqual(orderIds.toReversed());
    });
  });
};
