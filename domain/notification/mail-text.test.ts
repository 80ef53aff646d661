import { expect, test } from 'vitest';
import { mailFor, messageIdOf, type MailedStep } from './mail-text.ts';

const about = { orderId: 'ord_use_1', userId: 'usr_use_1', at: '2026-01-01T00:00:00.000Z' };
const to = { email: 'ada@example.com', name: 'Ada' };

test.each<[MailedStep, RegExp]>([
  [{ ...about, type: 'OrderShipped', shipmentId: 's', carrier: 'post', trackingCode: 'MP1' }, /post.*MP1/],
  [{ ...about, type: 'OrderRejected', reason: 'out-of-stock' }, /no longer in stock.*Nothing was charged/],
  [{ ...about, type: 'OrderCancelled', reason: 'changed my mind' }, /comes back to you/],
  [
    { ...about, type: 'OrderRefunded', paymentId: 'p', currency: 'EUR', refundId: 'r', amountMinor: 1234 },
    /12\.34 EUR/,
  ],
])('%o says what happened, to whom, and under an id that a repetition has too', (event, text) => {
  const mail = mailFor(event, to);
  expect(mail.to).toBe(to.email);
  expect(mail.text).toContain('Hello Ada');
  expect(mail.text).toMatch(text);
  expect(mail.subject).toContain(about.orderId);
  expect(mail.messageId).toBe(messageIdOf(about.orderId, event.type));
});
