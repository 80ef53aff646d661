import { describe, test } from 'vitest';
import { specify } from './decider-spec.ts';
import { sampleCommands as command, sampleEvents as event } from './order-samples.ts';
import { orderDecider } from './order.ts';

const { given } = specify(orderDecider);
const placed = [event.OrderPlaced];
const confirmed = [...placed, event.OrderStockReserved, event.OrderConfirmed];
const paid = [...confirmed, event.OrderPaid];
const shipped = [...paid, event.OrderShipped];
const delivered = [...shipped, event.OrderDelivered];
const cancelledEarly = [...confirmed, event.OrderCancelled];
const lateCapture = { ...event.OrderRefundDue, cause: 'late-capture' } as const;

describe('placing', () => {
  test('an order is placed once', () => {
    given().when(command.PlaceOrder).thenRecords(event.OrderPlaced);
    given(...delivered)
      .when(command.PlaceOrder)
      .thenNothing();
  });

  test.each([
    [{ lines: [] }, 'order-empty'],
    [{ lines: [{ sku: 'a', category: 'a', quantity: 0, unitPriceMinor: 1 }] }, 'quantity-invalid'],
    [{ taxMinor: -1 }, 'price-invalid'],
    [{ totalMinor: 2999 }, 'total-mismatch'],
    [{ shippingMinor: Number.MAX_SAFE_INTEGER }, 'amount-out-of-range'],
  ] as const)('%j is refused: %s', (change, reason) => {
    given()
      .when({ ...command.PlaceOrder, ...change })
      .thenRejects(reason);
  });
});

describe('stock and fraud, in either order', () => {
  test('both confirm the order', () => {
    const { RecordStockReserved: stock, RecordFraudCleared: fraud } = command;
    given(...placed)
      .when(stock)
      .thenRecords(event.OrderStockReserved);
    given(...placed, event.OrderStockReserved)
      .when(fraud)
      .thenRecords(event.OrderConfirmed);
    given(...placed)
      .when(fraud)
      .thenRecords(event.OrderFraudCleared);
    given(...placed, event.OrderFraudCleared)
      .when(stock)
      .thenRecords(event.OrderConfirmed);
  });

  test('a review holds the order until it clears', () => {
    const held = [...placed, event.OrderHeldForReview];
    given(...placed)
      .when(command.RecordFraudReview)
      .thenRecords(event.OrderHeldForReview);
    given(...held)
      .when(command.RecordStockReserved)
      .thenRecords(event.OrderStockReserved);
    given(...held, event.OrderStockReserved)
      .when(command.RecordFraudCleared)
      .thenRecords(event.OrderConfirmed);
    given(...held)
      .when(command.RecordFraudRejected)
      .thenRecords({ ...event.OrderRejected, reason: 'fraud-suspected' });
  });

  test('a refusal rejects the order, and what comes after it changes nothing', () => {
    given(...placed)
      .when(command.RecordStockRefused)
      .thenRecords(event.OrderRejected);
    given(...placed, event.OrderRejected)
      .when(command.RecordFraudCleared)
      .thenNothing();
  });
});

describe('money', () => {
  test('a capture pays a confirmed order, with its totals by category', () => {
    given(...confirmed)
      .when(command.RecordPaymentCaptured)
      .thenRecords(event.OrderPaid);
    given(...placed)
      .when(command.RecordPaymentCaptured)
      .thenRejects('order-not-confirmed');
    given(...paid)
      .when({ ...command.RecordPaymentCaptured, paymentId: 'pay_2' })
      .thenRejects('captured-twice');
  });

  test('a declined payment rejects the order; a capture after that is owed back', () => {
    const declined = { ...event.OrderRejected, reason: 'payment-declined' } as const;
    given(...confirmed)
      .when(command.RecordPaymentDeclined)
      .thenRecords(declined);
    given(...confirmed, declined)
      .when(command.RecordPaymentCaptured)
      .thenRecords(lateCapture);
  });

  test('cancelling a paid order owes the money back', () => {
    given(...paid)
      .when(command.CancelOrder)
      .thenRecords(event.OrderCancelled, event.OrderRefundDue);
    given(...paid, event.OrderCancelled, event.OrderRefundDue)
      .when(command.RecordRefund)
      .thenRecords(event.OrderRefunded);
    given(...paid, event.OrderCancelled, event.OrderRefundDue, event.OrderRefunded)
      .when(command.CancelOrder)
      .thenNothing();
  });

  test('a capture recorded after a cancel is owed back, once', () => {
    given(...cancelledEarly)
      .when(command.RecordRefund)
      .thenRejects('refund-not-due');
    given(...cancelledEarly)
      .when(command.RecordPaymentCaptured)
      .thenRecords(lateCapture);
    given(...cancelledEarly, lateCapture)
      .when(command.RecordPaymentCaptured)
      .thenNothing();
    given(...cancelledEarly, lateCapture)
      .when({ ...command.RecordRefund, paymentId: 'another' })
      .thenRejects('amount-mismatch');
    given(...cancelledEarly, lateCapture)
      .when({ ...command.RecordRefund, refundedMinor: command.RecordRefund.refundedMinor + 1 })
      .thenRejects('amount-mismatch');
  });
});

describe('a refund in parts', () => {
  const owed = [...paid, event.OrderCancelled, event.OrderRefundDue];
  const { refundedMinor } = command.RecordRefund;

  test('settles what is due once all of it went back', () => {
    given(...owed)
      .when({ ...command.RecordRefund, refundedMinor: 1 })
      .thenRejects('refund-in-part');
    given(...owed)
      .when({ ...command.RecordRefund, refundedMinor: refundedMinor - 1 })
      .thenRejects('refund-in-part');
    given(...owed)
      .when({ ...command.RecordRefund, refundedMinor })
      .thenRecords(event.OrderRefunded);
  });

  test('that nobody asked for leaves the order as it is', () => {
    given(...paid)
      .when({ ...command.RecordRefund, refundedMinor: 1 })
      .thenRejects('refund-not-due');
  });
});

describe('shipping', () => {
  test('paid, shipped, delivered, returned', () => {
    given(...confirmed)
      .when(command.ShipOrder)
      .thenRejects('order-not-paid');
    given(...paid)
      .when(command.ShipOrder)
      .thenRecords(event.OrderShipped);
    given(...paid)
      .when(command.DeliverOrder)
      .thenRejects('order-not-shipped');
    given(...shipped)
      .when(command.DeliverOrder)
      .thenRecords(event.OrderDelivered);
    given(...shipped)
      .when(command.ReturnOrder)
      .thenRejects('order-not-delivered');
    given(...delivered)
      .when(command.ReturnOrder)
      .thenRecords(event.OrderReturned, { ...event.OrderRefundDue, cause: 'returned' });
  });

  test('a shipped order cannot be cancelled, a cancelled one not shipped', () => {
    given(...shipped)
      .when(command.CancelOrder)
      .thenRejects('order-shipped');
    given(...cancelledEarly)
      .when(command.ShipOrder)
      .thenRejects('order-closed');
  });
});
