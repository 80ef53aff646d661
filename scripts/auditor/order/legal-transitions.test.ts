import { expect, test } from 'vitest';
import * as fc from 'fast-check';
import { fold } from '../../../domain/decider.ts';
import { sampleCommands, sampleEvents } from '../../../domain/order/order-samples.ts';
import type { OrderEvent } from '../../../domain/order/order-events.ts';
import { orderDecider } from '../../../domain/order/order.ts';
import { brokenAt, orderCommandsFor } from './legal-transitions.ts';

const brokenType = (...events: readonly OrderEvent[]): string | undefined =>
  brokenAt(orderDecider, orderCommandsFor, events)?.type;
const { OrderPlaced, OrderStockReserved, OrderConfirmed, OrderPaid, OrderShipped } = sampleEvents;
const { OrderCancelled, OrderRefundDue, OrderRefunded } = sampleEvents;
const paid = [OrderPlaced, OrderStockReserved, OrderConfirmed, OrderPaid];

test('whatever the decider records is legal', () => {
  const command = fc.constantFrom(...Object.values(sampleCommands));
  fc.assert(
    fc.property(fc.array(command, { maxLength: 30 }), (commands) => {
      const events: OrderEvent[] = [];
      for (const next of commands) {
        const decision = orderDecider.decide(next, fold(orderDecider, events));
        if (decision.accepted) events.push(...decision.events);
      }
      expect(brokenAt(orderDecider, orderCommandsFor, events)).toBeUndefined();
    }),
  );
});

test('the first event out of place is named', () => {
  expect(brokenType(OrderStockReserved)).toBe('OrderStockReserved');
  expect(brokenType(OrderPlaced, OrderPlaced)).toBe('OrderPlaced');
  expect(brokenType(OrderPlaced, OrderStockReserved, OrderStockReserved)).toBe('OrderStockReserved');
  expect(brokenType(OrderPlaced, OrderConfirmed)).toBe('OrderConfirmed');
  expect(brokenType(OrderPlaced, OrderStockReserved, OrderPaid)).toBe('OrderPaid');
  expect(brokenType(...paid, OrderShipped, OrderPaid)).toBe('OrderPaid');
  expect(brokenType(...paid, OrderShipped, OrderCancelled)).toBe('OrderCancelled');
});

test('a paid order is cancelled together with its refund, and refunded once', () => {
  expect(brokenType(...paid, OrderCancelled)).toBe('OrderCancelled');
  expect(brokenType(...paid, OrderCancelled, OrderRefundDue, OrderRefunded)).toBeUndefined();
  expect(brokenType(...paid, OrderCancelled, OrderRefundDue, OrderRefunded, OrderRefunded)).toBe(
    'OrderRefunded',
  );
});
