import { type Decider, type Decision, accept, reject } from '../decider.ts';

type At = { readonly orderId: string; readonly at: string };

/** Commands on the one payment of an order; amounts in minor units of the requested currency, `at` in ISO 8601. */
export type PaymentCommand =
  | (At & {
      readonly type: 'RequestPayment';
      readonly userId: string;
      readonly amountMinor: number;
      readonly currency: string;
    })
  | (At & {
      readonly type: 'AuthorizePayment';
      readonly authorizedMinor: number;
      readonly providerReference: string;
    })
  | (At & { readonly type: 'DeclinePayment'; readonly reason: string })
  | (At & { readonly type: 'CapturePayment'; readonly amountMinor: number })
  | (At & { readonly type: 'VoidPayment' })
  | (At & { readonly type: 'RefundPayment'; readonly refundId: string; readonly amountMinor: number });

/** `releasedMinor`: the whole hold, which ends with a capture (of all or a part) and with a void. */
export type PaymentEvent = At & { readonly currency: string } & (
    | { readonly type: 'PaymentRequested'; readonly userId: string; readonly amountMinor: number }
    | {
        readonly type: 'PaymentAuthorized';
        readonly authorizedMinor: number;
        readonly providerReference: string;
      }
    | { readonly type: 'PaymentDeclined'; readonly reason: string }
    | { readonly type: 'PaymentCaptured'; readonly amountMinor: number; readonly releasedMinor: number }
    | { readonly type: 'PaymentVoided'; readonly releasedMinor: number }
    | { readonly type: 'PaymentRefunded'; readonly refundId: string; readonly amountMinor: number }
  );

export type PaymentRejection =
  | 'amount-invalid'
  | 'amount-mismatch'
  | 'not-requested'
  | 'not-authorized'
  | 'not-captured'
  | 'already-authorized'
  | 'already-captured'
  | 'already-voided'
  | 'already-declined'
  | 'over-authorized'
  | 'over-captured';

/** The refunds are kept by id, so that a repeated refund is known as such. */
export type Payment =
  | { readonly status: 'new' }
  | {
      readonly status: 'requested' | 'authorized' | 'captured' | 'declined' | 'voided';
      readonly userId: string;
      readonly currency: string;
      /** The provider's id of the charge; undefined until there is one. */
      readonly chargeId: string | undefined;
      readonly requestedMinor: number;
      readonly authorizedMinor: number;
      readonly capturedMinor: number;
      readonly refunds: ReadonlyMap<string, number>;
    };

type Known = Exclude<Payment, { status: 'new' }>;
type PaymentDecision = Decision<PaymentEvent, PaymentRejection>;

/**
 * One payment an order: its intent is recorded before the provider hears of it, at most one capture, and
 * `refunded <= captured <= authorized <= requested`.
 */
export const paymentDecider: Decider<Payment, PaymentCommand, PaymentEvent, PaymentRejection> = {
  initialState: { status: 'new' },
  decide(command, payment) {
    const { orderId, at } = command;
    if (command.type === 'RequestPayment') {
      const { userId, amountMinor, currency } = command;
      if (!isAmount(amountMinor)) return reject('amount-invalid');
      if (payment.status === 'new')
        return accept({ type: 'PaymentRequested', orderId, at, userId, currency, amountMinor });
      const same = payment.requestedMinor === amountMinor && payment.currency === currency;
      return same ? accept() : reject('amount-mismatch');
    }
    return payment.status === 'new' ? reject('not-requested') : decideKnown(command, payment);
  },
  evolve(payment, event) {
    if (event.type === 'PaymentRequested') {
      const amounts = { requestedMinor: event.amountMinor, authorizedMinor: 0, capturedMinor: 0 };
      const { userId, currency } = event;
      return { status: 'requested', userId, currency, chargeId: undefined, ...amounts, refunds: new Map() };
    }
    return payment.status === 'new' ? payment : evolveKnown(payment, event);
  },
};

function decideKnown(
  command: Exclude<PaymentCommand, { type: 'RequestPayment' }>,
  payment: Known,
): PaymentDecision {
  const { status, authorizedMinor, capturedMinor } = payment;
  const facts = { orderId: command.orderId, at: command.at, currency: payment.currency };
  const ended =
    status === 'voided' ? 'already-voided' : status === 'declined' ? 'already-declined' : undefined;
  switch (command.type) {
    case 'AuthorizePayment': {
      if (!isAmount(command.authorizedMinor)) return reject('amount-invalid');
      if (ended) return reject(ended); // the caller still holds the customer's money, and has to let it go
      if (status !== 'requested')
        return command.authorizedMinor === authorizedMinor ? accept() : reject('amount-mismatch');
      if (command.authorizedMinor > payment.requestedMinor) return reject('amount-mismatch');
      const { providerReference } = command;
      return accept({
        ...facts,
        type: 'PaymentAuthorized',
        authorizedMinor: command.authorizedMinor,
        providerReference,
      });
    }
    case 'DeclinePayment':
      if (status === 'declined') return accept();
      if (status !== 'requested') return reject(ended ?? 'already-authorized');
      return accept({ ...facts, type: 'PaymentDeclined', reason: command.reason });
    case 'CapturePayment': {
      const { amountMinor } = command;
      if (!isAmount(amountMinor)) return reject('amount-invalid');
      if (status === 'captured') return amountMinor === capturedMinor ? accept() : reject('already-captured');
      if (status !== 'authorized') return reject(ended ?? 'not-authorized');
      if (amountMinor > authorizedMinor) return reject('over-authorized');
      return accept({ ...facts, type: 'PaymentCaptured', amountMinor, releasedMinor: authorizedMinor });
    }
    case 'VoidPayment':
      if (ended) return accept(); // nothing is held
      if (status === 'captured') return reject('already-captured');
      return accept({ ...facts, type: 'PaymentVoided', releasedMinor: authorizedMinor });
    case 'RefundPayment': {
      const { refundId, amountMinor } = command;
      if (!isAmount(amountMinor)) return reject('amount-invalid');
      if (status !== 'captured') return reject('not-captured');
      const before = payment.refunds.get(refundId);
      if (before !== undefined) return before === amountMinor ? accept() : reject('amount-mismatch');
      if (amountMinor > capturedMinor - refundedMinor(payment)) return reject('over-captured');
      return accept({ ...facts, type: 'PaymentRefunded', refundId, amountMinor });
    }
    default:
      return command satisfies never;
  }
}

function evolveKnown(payment: Known, event: Exclude<PaymentEvent, { type: 'PaymentRequested' }>): Known {
  switch (event.type) {
    case 'PaymentAuthorized':
      return {
        ...payment,
        status: 'authorized',
        authorizedMinor: event.authorizedMinor,
        chargeId: event.providerReference,
      };
    case 'PaymentDeclined':
      return { ...payment, status: 'declined' };
    case 'PaymentCaptured':
      return { ...payment, status: 'captured', capturedMinor: event.amountMinor };
    case 'PaymentVoided':
      return { ...payment, status: 'voided' };
    case 'PaymentRefunded':
      return { ...payment, refunds: new Map(payment.refunds).set(event.refundId, event.amountMinor) };
    default:
      return event satisfies never;
  }
}

/** The commands that record a charge which the provider made in one step: held and taken at once. */
export function chargeCommands(
  orderId: string,
  at: string,
  { chargeId, amountMinor }: { readonly chargeId: string; readonly amountMinor: number },
): readonly [PaymentCommand, PaymentCommand] {
  return [
    { type: 'AuthorizePayment', orderId, at, authorizedMinor: amountMinor, providerReference: chargeId },
    { type: 'CapturePayment', orderId, at, amountMinor },
  ];
}

/** What went back to the customer so far, in minor units. */
export function refundedMinor(payment: Payment): number {
  if (payment.status === 'new') return 0;
  return [...payment.refunds.values()].reduce((total, amountMinor) => total + amountMinor, 0);
}

function isAmount(amountMinor: number): boolean {
  return Number.isSafeInteger(amountMinor) && amountMinor > 0;
}
