import { accept, reject } from '../decider.ts';
import type { CommandOf } from './order-commands.ts';
import type { OrderEvent } from './order-events.ts';
import { head, type Outcome } from './order-outcome.ts';
import { refundDue } from './order-payment.ts';
import type { ExistingOrder } from './order-state.ts';

export function ship(command: CommandOf<'ShipOrder'>, order: ExistingOrder): Outcome {
  const { shipmentId, carrier, trackingCode } = command;
  if (order.status === 'placed' || order.status === 'confirmed') return reject('order-not-paid');
  if (wasShipped(order)) return accept();
  if (order.status !== 'paid') return reject('order-closed'); // the caller stops the shipment it had booked
  return accept({ ...head(command, order), type: 'OrderShipped', shipmentId, carrier, trackingCode });
}

export function deliver(command: CommandOf<'DeliverOrder'>, order: ExistingOrder): Outcome {
  if (order.status === 'shipped') {
    return accept({ ...head(command, order), type: 'OrderDelivered', shipmentId: command.shipmentId });
  }
  if (wasShipped(order)) return accept();
  return isClosed(order) ? reject('order-closed') : reject('order-not-shipped');
}

export function cancel(command: CommandOf<'CancelOrder'>, order: ExistingOrder): Outcome {
  if (order.status === 'cancelled') return accept();
  if (order.status === 'refunded' && order.after === 'cancelled') return accept();
  if (order.status === 'shipped' || order.status === 'delivered') return reject('order-shipped');
  if (isClosed(order)) return reject('order-closed');
  const cancelled = { ...head(command, order), type: 'OrderCancelled', reason: command.reason } as const;
  if (order.status !== 'paid') return accept(cancelled);
  return accept<OrderEvent>(cancelled, refundDue(command, order, order.capture, 'cancelled'));
}

export function takeBack(command: CommandOf<'ReturnOrder'>, order: ExistingOrder): Outcome {
  if (order.status === 'delivered') {
    const returned = { ...head(command, order), type: 'OrderReturned', reason: command.reason } as const;
    return accept<OrderEvent>(returned, refundDue(command, order, order.capture, 'returned'));
  }
  if (order.status === 'returned') return accept();
  if (order.status === 'refunded' && order.after === 'returned') return accept();
  return isClosed(order) ? reject('order-closed') : reject('order-not-delivered');
}

function wasShipped(order: ExistingOrder): boolean {
  if (order.status === 'refunded') return order.after === 'returned';
  return order.status === 'shipped' || order.status === 'delivered' || order.status === 'returned';
}

function isClosed({ status }: ExistingOrder): boolean {
  return status === 'rejected' || status === 'cancelled' || status === 'returned' || status === 'refunded';
}
