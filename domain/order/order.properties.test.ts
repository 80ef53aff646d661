import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fold } from '../decider.ts';
import { isEarly, type OrderCommand } from './order-commands.ts';
import type { OrderEvent } from './order-events.ts';
import { sampleCommands } from './order-samples.ts';
import type { Order } from './order-state.ts';
import { orderDecider } from './order.ts';

type Status = Order['status'];
/** Written apart from the decider, so that the two can disagree. */
const legal: Record<Status, readonly Status[]> = {
  new: ['placed'],
  placed: ['confirmed', 'rejected', 'cancelled'],
  confirmed: ['paid', 'rejected', 'cancelled'],
  paid: ['shipped', 'cancelled'],
  shipped: ['delivered'],
  delivered: ['returned'],
  rejected: ['refunded'],
  cancelled: ['refunded'],
  returned: ['refunded'],
  refunded: [],
};

const { PlaceOrder, RecordPaymentCaptured, RecordRefund } = sampleCommands;
const anyCommand: fc.Arbitrary<OrderCommand> = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom<OrderCommand>(...Object.values(sampleCommands)) },
  fc
    .record({ paymentId: fc.constantFrom('pay_1', 'pay_2'), amountMinor: fc.double() })
    .chain((money) =>
      fc.constantFrom<OrderCommand>(
        { ...RecordPaymentCaptured, ...money },
        { ...RecordRefund, paymentId: money.paymentId, refundedMinor: money.amountMinor },
        { ...PlaceOrder, totalMinor: money.amountMinor },
      ),
    ),
);
const anyHistory = fc
  .array(anyCommand, { maxLength: 40 })
  .map((commands): OrderCommand[] => [PlaceOrder, ...commands]);

function run(commands: readonly OrderCommand[]): {
  events: OrderEvent[];
  order: Order;
  early: OrderCommand[];
} {
  const events: OrderEvent[] = [];
  const early: OrderCommand[] = [];
  let order = orderDecider.initialState;
  for (const command of commands) {
    const decision = orderDecider.decide(command, order);
    if (!decision.accepted && isEarly(decision.reason)) early.push(command);
    if (!decision.accepted) continue;
    for (const event of decision.events) order = orderDecider.evolve(order, event);
    events.push(...decision.events);
  }
  return { events, order, early };
}

/** Delivers what was refused for being early again, as the runner does, until nothing more is accepted. */
function settle(commands: readonly OrderCommand[]): ReturnType<typeof run> {
  const tried = run(commands);
  const again = run([...commands, ...tried.early]);
  return again.events.length === tried.events.length ? tried : settle([...commands, ...tried.early]);
}

/** An order that is delivered, then met by other commands. */
function goodOrder(others: readonly OrderCommand[]): OrderCommand[] {
  const { RecordStockReserved, RecordFraudCleared, ShipOrder, DeliverOrder } = sampleCommands;
  const good = [PlaceOrder, RecordStockReserved, RecordFraudCleared, RecordPaymentCaptured];
  return [...good, ShipOrder, DeliverOrder, ...others];
}

/** Every command twice, in any order. */
const shuffled = (commands: OrderCommand[]) =>
  fc.shuffledSubarray([...commands, ...commands], { minLength: commands.length * 2 });

describe('any history of an order', () => {
  test('decide never throws, whatever the command and the state', () => {
    fc.assert(fc.property(fc.array(anyCommand, { maxLength: 40 }), (commands) => void run(commands)));
  });

  test('a repeated command changes nothing', () => {
    fc.assert(
      fc.property(anyHistory, anyCommand, (history, command) => {
        const once = run([...history, command]);
        expect(run([...history, command, command]).events).toEqual(once.events);
        expect(run([...history, command, ...history]).events.slice(0, once.events.length)).toEqual(
          once.events,
        );
      }),
    );
  });

  test('a command that was accepted is accepted without events for ever after', () => {
    const happy = fc.shuffledSubarray<OrderCommand>(Object.values(sampleCommands));
    fc.assert(
      fc.property(fc.oneof(anyHistory, happy.map(goodOrder)), (history) => {
        const { order } = run(history);
        for (const [index, command] of history.entries()) {
          const first = orderDecider.decide(command, run(history.slice(0, index)).order);
          if (!first.accepted) continue;
          expect(orderDecider.decide(command, order)).toEqual({ accepted: true, events: [] });
        }
      }),
      { numRuns: 500 },
    );
  });

  test('only legal transitions, and every recorded event changes the order', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        let order = orderDecider.initialState;
        for (const event of run(history).events) {
          const next = orderDecider.evolve(order, event);
          expect(next).not.toEqual(order);
          if (next.status !== order.status) expect(legal[order.status]).toContain(next.status);
          order = next;
        }
        expect(order).toEqual(fold(orderDecider, run(history).events));
      }),
    );
  });

  test('money: at most one capture, at most one refund, refunded equals what was owed', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const { events, order } = run(history);
        const of = (type: OrderEvent['type']) => events.filter((event) => event.type === type).length;
        expect(of('OrderPaid')).toBeLessThanOrEqual(1);
        expect(of('OrderRefundDue')).toBeLessThanOrEqual(1);
        expect(of('OrderRefunded')).toBeLessThanOrEqual(of('OrderRefundDue'));
        if (of('OrderPaid') === 1 && ['cancelled', 'returned', 'refunded'].includes(order.status)) {
          expect(of('OrderRefundDue')).toBe(1);
        }
      }),
    );
  });
});

describe('any interleaving ends consistent', () => {
  const happy: OrderCommand[] = [
    sampleCommands.RecordStockReserved,
    sampleCommands.RecordFraudCleared,
    RecordPaymentCaptured,
    sampleCommands.ShipOrder,
    sampleCommands.DeliverOrder,
  ];

  test('the facts of a good order, in any order and twice, deliver it', () => {
    fc.assert(
      fc.property(shuffled([PlaceOrder, ...happy]), (commands) => {
        expect(settle(commands).order.status).toBe('delivered');
      }),
    );
  });

  test('with a cancel among them, it ends delivered with its money or refunded without it', () => {
    fc.assert(
      fc.property(shuffled([PlaceOrder, ...happy, sampleCommands.CancelOrder, RecordRefund]), (commands) => {
        const { events, order } = settle(commands);
        // A refund that came before it was due is none that we made: ours follows.
        const refund = orderDecider.decide(RecordRefund, order);
        const end = fold(orderDecider, [...events, ...(refund.accepted ? refund.events : [])]);
        expect(['delivered', 'refunded']).toContain(end.status);
      }),
    );
  });
});
