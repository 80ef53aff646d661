import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fold } from '../decider.ts';
import { type Account, journalOf } from './journal.ts';
import {
  type Payment,
  type PaymentCommand,
  type PaymentEvent,
  paymentDecider,
  refundedMinor,
} from './payment.ts';

const on = { orderId: 'o1', at: '2026-01-01T00:00:00.000Z' };
const request: PaymentCommand = {
  ...on,
  type: 'RequestPayment',
  userId: 'u1',
  amountMinor: 1000,
  currency: 'EUR',
};
const authorize: PaymentCommand = {
  ...on,
  type: 'AuthorizePayment',
  authorizedMinor: 1000,
  providerReference: 'p1',
};
const decline: PaymentCommand = { ...on, type: 'DeclinePayment', reason: 'insufficient-funds' };
const capture = (amountMinor = 1000): PaymentCommand => ({ ...on, type: 'CapturePayment', amountMinor });
const cancel: PaymentCommand = { ...on, type: 'VoidPayment' };
const refund = (refundId: string, amountMinor: number): PaymentCommand => ({
  ...on,
  type: 'RefundPayment',
  refundId,
  amountMinor,
});

function run(commands: readonly PaymentCommand[]) {
  const events: PaymentEvent[] = [];
  const answers: string[] = [];
  let payment: Payment = paymentDecider.initialState;
  for (const command of commands) {
    const decision = paymentDecider.decide(command, payment);
    answers.push(decision.accepted ? decision.events.map((event) => event.type).join() : decision.reason);
    if (!decision.accepted) continue;
    events.push(...decision.events);
    for (const event of decision.events) payment = paymentDecider.evolve(payment, event);
  }
  return { events, answers, payment };
}
const lastAnswer = (...commands: PaymentCommand[]) => run(commands).answers.at(-1);

describe('paymentDecider', () => {
  it('takes nothing before the intent is recorded', () => {
    for (const command of [authorize, decline, capture(), cancel, refund('r1', 1)])
      expect(lastAnswer(command)).toBe('not-requested');
  });

  it('captures once, and knows a repetition from a second capture', () => {
    expect(lastAnswer(request, authorize, capture())).toBe('PaymentCaptured');
    expect(lastAnswer(request, authorize, capture(), capture())).toBe('');
    expect(lastAnswer(request, authorize, capture(900), capture(100))).toBe('already-captured');
    expect(lastAnswer(request, capture())).toBe('not-authorized');
    expect(lastAnswer(request, authorize, capture(1001))).toBe('over-authorized');
  });

  it('refunds in parts up to what was captured', () => {
    const paid = [request, authorize, capture(900)];
    expect(lastAnswer(...paid, refund('r1', 400), refund('r2', 500))).toBe('PaymentRefunded');
    expect(lastAnswer(...paid, refund('r1', 400), refund('r1', 400))).toBe('');
    expect(lastAnswer(...paid, refund('r1', 400), refund('r1', 300))).toBe('amount-mismatch');
    expect(lastAnswer(...paid, refund('r1', 400), refund('r2', 501))).toBe('over-captured');
    expect(lastAnswer(request, authorize, refund('r1', 1))).toBe('not-captured');
  });

  it('voids before the capture only, and an authorization that comes later is refused', () => {
    expect(lastAnswer(request, authorize, cancel)).toBe('PaymentVoided');
    expect(lastAnswer(request, cancel, authorize)).toBe('already-voided');
    expect(lastAnswer(request, authorize, capture(), cancel)).toBe('already-captured');
    expect(lastAnswer(request, authorize, cancel, capture())).toBe('already-voided');
  });

  it('declines a request only', () => {
    expect(lastAnswer(request, decline)).toBe('PaymentDeclined');
    expect(lastAnswer(request, decline, decline)).toBe('');
    expect(lastAnswer(request, authorize, decline)).toBe('already-authorized');
    expect(lastAnswer(request, decline, authorize)).toBe('already-declined');
  });

  it('leaves no money anywhere after a full refund or a void', () => {
    const refunded = balances(run([request, authorize, capture(), refund('r1', 1000)]).events);
    expect(refunded).toEqual({
      holds: 0,
      'hold-offset': 0,
      'provider-clearing': 0,
      sales: -1000,
      refunds: 1000,
    });
    expect(balances(run([request, authorize, cancel]).events)).toEqual({ holds: 0, 'hold-offset': 0 });
  });
});

function balances(events: readonly PaymentEvent[]): Partial<Record<Account, number>> {
  const totals: Partial<Record<Account, number>> = {};
  for (const { account, amountMinor } of events.flatMap(journalOf))
    totals[account] = (totals[account] ?? 0) + amountMinor;
  return totals;
}

const amountMinor = fc.oneof(fc.integer({ min: -1, max: 10 }), fc.constantFrom(0.5, NaN, 2 ** 53));
const anyCommand: fc.Arbitrary<PaymentCommand> = fc.oneof(
  fc.record({ currency: fc.constantFrom('EUR', 'USD'), amountMinor }).map((fields) => {
    return { ...on, type: 'RequestPayment' as const, userId: 'u1', ...fields };
  }),
  amountMinor.map((authorizedMinor) => ({
    ...authorize,
    type: 'AuthorizePayment' as const,
    authorizedMinor,
  })),
  amountMinor.map(capture),
  fc.tuple(fc.constantFrom('r1', 'r2', 'r3'), amountMinor).map(([id, amount]) => refund(id, amount)),
  fc.constantFrom(decline, cancel),
);
const first: PaymentCommand = {
  ...on,
  type: 'RequestPayment',
  userId: 'u1',
  amountMinor: 10,
  currency: 'EUR',
};
const history = fc.array(anyCommand, { maxLength: 25 }).map((commands) => [first, ...commands]);

describe('over any history', () => {
  it('holds refunded <= captured <= authorized, at most one capture, and balanced journals', () => {
    fc.assert(
      fc.property(history, (commands) => {
        const { events, payment } = run(commands);
        if (payment.status === 'new') throw new Error('the request was not recorded');
        expect(refundedMinor(payment)).toBeLessThanOrEqual(payment.capturedMinor);
        expect(payment.capturedMinor).toBeLessThanOrEqual(payment.authorizedMinor);
        expect(events.filter((event) => event.type === 'PaymentCaptured').length).toBeLessThan(2);
        for (const event of events) {
          const postings = journalOf(event);
          expect(postings.reduce((total, posting) => total + posting.amountMinor, 0)).toBe(0);
          expect(postings.every((posting) => posting.currency === payment.currency)).toBe(true);
        }
        expect(fold(paymentDecider, events)).toEqual(payment);
      }),
    );
  });

  it('records nothing when an accepted command is repeated', () => {
    fc.assert(
      fc.property(history, (commands) => {
        const { payment, answers } = run(commands);
        const last = commands.at(-1) ?? first;
        if (!answers.at(-1)?.startsWith('Payment')) return;
        expect(paymentDecider.decide(last, payment)).toEqual({ accepted: true, events: [] });
      }),
    );
  });
});
