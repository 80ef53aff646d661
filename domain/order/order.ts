import { accept, reject, type Decider } from '../decider.ts';
import type { CommandOf, OrderCommand, OrderRejection, PlaceOrder } from './order-commands.ts';
import type { OrderEvent } from './order-events.ts';
import { cancel, deliver, ship, takeBack } from './order-fulfilment.ts';
import { head, type Outcome } from './order-outcome.ts';
import { recordCapture, recordRefund } from './order-payment.ts';
import { evolveOrder, type Order, type PlacedOrder } from './order-state.ts';
import { checkTerms } from './order-totals.ts';

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
