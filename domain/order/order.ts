import { accept, reject, type Decider, type Decision } from '../decider.ts';
import type { OrderCommand, OrderRejection, PlaceOrder } from './order-commands.ts';
import type { OrderEvent, RefundCause } from './order-events.ts';
import {
  evolveOrder,
  type Capture,
  type ExistingOrder,
  type Order,
  type PlacedOrder,
} from './order-state.ts';
import { checkTerms, totalsByCategory } from './order-totals.ts';

type Outcome = Decision<OrderEvent, OrderRejection>;
type CommandOf<Type extends OrderCommand['type']> = Extract<OrderCommand, { type: Type }>;

/**
 * An order from placing to its end. Facts may come late, twice or before their cause: a repeated one is accepted
 * without events, one before its cause is refused for now (`isEarly`), and of two that contradict the first wins.
 */
export const orderDecider: Decider<Order, OrderCommand, OrderEvent, OrderRejection> = {
  initialState: { status: 'new' },
  decide(command, order) {
    if (command.type === 'PlaceOrder') return order.status === 'new' ? place(command) : accept();
    if (order.status === 'new') return reject('order-unknown');
    switch (command.type) {
      case 'RecordStockReserved':
      case 'RecordStockRefused':
        return order.status === 'placed' ? recordStock(command, order) : accept();
      case 'RecordFraudCleared':
      case 'RecordFraudReview':
      case 'RecordFraudRejected':
        return order.status === 'placed' ? recordFraud(command, order) : accept();
      case 'RecordPaymentCaptured':
        return recordCapture(command, order);
      case 'RecordPaymentDeclined':
        if (order.status === 'placed') return reject('order-not-confirmed');
        if (order.status !== 'confirmed') return accept();
        return accept({ ...head(command, order), type: 'OrderRejected', reason: 'payment-declined' });
      case 'ShipOrder':
        return ship(command, order);
      case 'DeliverOrder':
        return deliver(command, order);
      case 'CancelOrder':
        return cancel(command, order);
      case 'ReturnOrder':
        return takeBack(command, order);
    }
    command.type satisfies 'RecordRefund';
    return recordRefund(command, order);
  },
  evolve: evolveOrder,
};

function place(command: PlaceOrder): Outcome {
  const problem = checkTerms(command);
  return problem ? reject(problem) : accept({ ...command, type: 'OrderPlaced' });
}

function recordStock(
  command: CommandOf<'RecordStockReserved' | 'RecordStockRefused'>,
  order: PlacedOrder,
): Outcome {
  if (order.stock === 'reserved') return accept();
  if (command.type === 'RecordStockRefused') {
    return accept({ ...head(command, order), type: 'OrderRejected', reason: 'out-of-stock' });
  }
  if (order.fraud === 'clear') return confirm(command, order);
  return accept({ ...head(command, order), type: 'OrderStockReserved' });
}

function recordFraud(
  command: CommandOf<'RecordFraudCleared' | 'RecordFraudReview' | 'RecordFraudRejected'>,
  order: PlacedOrder,
): Outcome {
  if (order.fraud === 'clear') return accept();
  if (command.type === 'RecordFraudRejected') {
    return accept({ ...head(command, order), type: 'OrderRejected', reason: 'fraud-suspected' });
  }
  if (command.type === 'RecordFraudReview') {
    if (order.fraud === 'review') return accept();
    return accept({ ...head(command, order), type: 'OrderHeldForReview' });
  }
  if (order.stock === 'reserved') return confirm(command, order);
  return accept({ ...head(command, order), type: 'OrderFraudCleared' });
}

function confirm(command: OrderCommand, order: PlacedOrder): Outcome {
  const { currency, totalMinor, paymentToken } = order;
  return accept({ ...head(command, order), type: 'OrderConfirmed', currency, totalMinor, paymentToken });
}

function recordCapture(command: CommandOf<'RecordPaymentCaptured'>, order: ExistingOrder): Outcome {
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

function ship(command: CommandOf<'ShipOrder'>, order: ExistingOrder): Outcome {
  const { shipmentId, carrier, trackingCode } = command;
  if (order.status === 'placed' || order.status === 'confirmed') return reject('order-not-paid');
  if (wasShipped(order)) return accept();
  if (order.status !== 'paid') return reject('order-closed'); // the caller stops the shipment it had booked
  return accept({ ...head(command, order), type: 'OrderShipped', shipmentId, carrier, trackingCode });
}

function deliver(command: CommandOf<'DeliverOrder'>, order: ExistingOrder): Outcome {
  if (order.status === 'shipped') {
    return accept({ ...head(command, order), type: 'OrderDelivered', shipmentId: command.shipmentId });
  }
  if (wasShipped(order)) return accept();
  return isClosed(order) ? reject('order-closed') : reject('order-not-shipped');
}

function cancel(command: CommandOf<'CancelOrder'>, order: ExistingOrder): Outcome {
  if (order.status === 'cancelled') return accept();
  if (order.status === 'refunded' && order.after === 'cancelled') return accept();
  if (order.status === 'shipped' || order.status === 'delivered') return reject('order-shipped');
  if (isClosed(order)) return reject('order-closed');
  const cancelled = { ...head(command, order), type: 'OrderCancelled', reason: command.reason } as const;
  if (order.status !== 'paid') return accept(cancelled);
  return accept<OrderEvent>(cancelled, refundDue(command, order, order.capture, 'cancelled'));
}

function takeBack(command: CommandOf<'ReturnOrder'>, order: ExistingOrder): Outcome {
  if (order.status === 'delivered') {
    const returned = { ...head(command, order), type: 'OrderReturned', reason: command.reason } as const;
    return accept<OrderEvent>(returned, refundDue(command, order, order.capture, 'returned'));
  }
  if (order.status === 'returned') return accept();
  if (order.status === 'refunded' && order.after === 'returned') return accept();
  return isClosed(order) ? reject('order-closed') : reject('order-not-delivered');
}

function recordRefund(command: CommandOf<'RecordRefund'>, order: ExistingOrder): Outcome {
  if (order.status === 'refunded') return accept();
  if (!('refundDue' in order) || !order.refundDue) return reject('refund-not-due');
  const { refundId, paymentId, amountMinor } = command;
  const due = order.refundDue;
  if (due.paymentId !== paymentId || due.amountMinor !== amountMinor) return reject('amount-mismatch');
  const { currency } = order;
  return accept({
    ...head(command, order),
    type: 'OrderRefunded',
    refundId,
    paymentId,
    amountMinor,
    currency,
  });
}

function refundDue(
  command: OrderCommand,
  order: ExistingOrder,
  capture: Capture,
  cause: RefundCause,
): OrderEvent {
  return { ...head(command, order), type: 'OrderRefundDue', ...capture, currency: order.currency, cause };
}

function head(
  { at }: OrderCommand,
  { orderId, userId }: ExistingOrder,
): { at: string; orderId: string; userId: string } {
  return { orderId, userId, at };
}

function wasShipped(order: ExistingOrder): boolean {
  if (order.status === 'refunded') return order.after === 'returned';
  return order.status === 'shipped' || order.status === 'delivered' || order.status === 'returned';
}

function isClosed({ status }: ExistingOrder): boolean {
  return status === 'rejected' || status === 'cancelled' || status === 'returned' || status === 'refunded';
}
