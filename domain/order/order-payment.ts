import { accept, reject } from '../decider.ts';
import type { CommandOf, OrderCommand } from './order-commands.ts';
import type { OrderEvent, RefundCause } from './order-events.ts';
import { head, type Outcome } from './order-outcome.ts';
import type { Capture, ExistingOrder } from './order-state.ts';
import { totalsByCategory } from './order-totals.ts';

/** Money that came in: it pays a confirmed order, and is owed back by one that ended before. */
export function recordCapture(command: CommandOf<'RecordPaymentCaptured'>, order: ExistingOrder): Outcome {
  const { paymentId, amountMinor } = command;
  if (order.status === 'placed') return reject('order-not-confirmed');
  if (order.status === 'confirmed') {
    const { currency, totalMinor, lines, shipTo } = order;
    if (amountMinor !== totalMinor) return reject('amount-mismatch');
    return accept({
      ...head(command, order),
      type: 'OrderPaid',
      paymentId,
      currency,
      totalMinor,
      lines,
      shipTo,
      totalsByCategory: totalsByCategory(lines),
    });
  }
  const known = 'capture' in order ? order.capture : order.refundDue;
  if (known) return known.paymentId === paymentId ? accept() : reject('captured-twice');
  if (!Number.isSafeInteger(amountMinor) || amountMinor <= 0) return reject('amount-mismatch');
  return accept(refundDue(command, order, { paymentId, amountMinor }, 'late-capture'));
}

/** Money that went back: it settles what is due when all of it did, in whatever parts. */
export function recordRefund(command: CommandOf<'RecordRefund'>, order: ExistingOrder): Outcome {
  if (order.status === 'refunded') return accept();
  if (!('refundDue' in order) || !order.refundDue) return reject('refund-not-due');
  const { refundId, paymentId, refundedMinor } = command;
  const due = order.refundDue;
  if (due.paymentId !== paymentId || refundedMinor > due.amountMinor) return reject('amount-mismatch');
  if (refundedMinor !== due.amountMinor) return reject('refund-in-part');
  const { currency } = order;
  return accept({
    ...head(command, order),
    type: 'OrderRefunded',
    refundId,
    paymentId,
    amountMinor: due.amountMinor,
    currency,
  });
}

export function refundDue(
  command: OrderCommand,
  order: ExistingOrder,
  capture: Capture,
  cause: RefundCause,
): OrderEvent {
  return { ...head(command, order), type: 'OrderRefundDue', ...capture, currency: order.currency, cause };
}
