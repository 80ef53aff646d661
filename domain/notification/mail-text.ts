import { formatMinor } from '../money.ts';
import type { OrderCancelled, OrderRefunded, OrderRejected, OrderShipped } from '../order/order-events.ts';

/** The steps that a customer hears of. */
export type MailedStep = OrderShipped | OrderRejected | OrderCancelled | OrderRefunded;
export type Recipient = { readonly email: string; readonly name: string };

/** The same for a repeated mail, so that the mail server can be asked for it. */
export function messageIdOf(orderId: string, step: string): string {
  return `${orderId}.${step}@mail.meridian.example`;
}

/** What the customer reads at this step of the order. */
export function mailFor(
  event: MailedStep,
  { email, name }: Recipient,
): { messageId: string; to: string; subject: string; text: string } {
  const { subject, body } = textOf(event);
  return {
    messageId: messageIdOf(event.orderId, event.type),
    to: email,
    subject: `${subject} (order ${event.orderId})`,
    text: `Hello ${name},\n\n${body}\n\nMeridian\n`,
  };
}

const reasons = {
  'out-of-stock': 'an article is no longer in stock',
  'payment-declined': 'the payment was declined',
  'fraud-suspected': 'we could not verify it',
} as const;

function textOf(event: MailedStep): { subject: string; body: string } {
  switch (event.type) {
    case 'OrderShipped':
      return {
        subject: 'Your order is on its way',
        body: `${event.carrier} has your parcel. Its tracking code is ${event.trackingCode}.`,
      };
    case 'OrderRejected':
      return {
        subject: 'We could not take your order',
        body: `We could not take your order because ${reasons[event.reason]}. Nothing was charged.`,
      };
    case 'OrderCancelled':
      return {
        subject: 'Your order is cancelled',
        body: 'Your order is cancelled. What you have paid comes back to you.',
      };
    case 'OrderRefunded':
      return {
        subject: 'Your refund is on its way',
        body: `${formatMinor(event.amountMinor, event.currency)} go back to the card that you paid with.`,
      };
  }
}
