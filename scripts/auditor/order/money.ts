import { isDeepStrictEqual } from 'node:util';
import { journalOf } from '../../../domain/payment/journal.ts';
import { about, type OrderFacts, type OrderInvariant } from './order-facts.ts';
import { unitsKept } from './stock.ts';

type Money = {
  readonly authorized: number;
  readonly captured: number;
  readonly captures: number;
  readonly refunded: number;
};

/** What the payment's events add up to, in minor units; the state would hide a repeated refund. */
function moneyOf({ paymentEvents }: Pick<OrderFacts, 'paymentEvents'>): Money {
  const money = { authorized: 0, captured: 0, captures: 0, refunded: 0 };
  for (const { event } of paymentEvents) {
    if (event.type === 'PaymentAuthorized') money.authorized += event.authorizedMinor;
    if (event.type === 'PaymentRefunded') money.refunded += event.amountMinor;
    if (event.type === 'PaymentCaptured') {
      money.captured += event.amountMinor;
      money.captures += 1;
    }
  }
  return money;
}

export const journalBalances: OrderInvariant = {
  name: 'journal-balances',
  about: 'the postings of each payment event sum to zero in each currency',
  needs: ['postgres'],
  check(facts) {
    if (facts.postings.length === 0) return undefined;
    const sums = new Map<string, number>();
    for (const { version, currency, amountMinor } of facts.postings) {
      const key = `version ${version} ${currency}`;
      sums.set(key, (sums.get(key) ?? 0) + amountMinor);
    }
    return [...sums].flatMap(([key, sum]) => (sum === 0 ? [] : [about(facts, `${key} sums to ${sum}`)]));
  },
};

export const journalMatchesEvents: OrderInvariant = {
  name: 'journal-matches-events',
  about: 'the journal holds just the postings that the payment events call for',
  needs: ['postgres'],
  check(facts) {
    if (facts.paymentEvents.length === 0 && facts.postings.length === 0) return undefined;
    const wanted = facts.paymentEvents.flatMap(({ version, event }) =>
      journalOf(event).map((posting) => ({ version, ...posting })),
    );
    return isDeepStrictEqual(wanted, facts.postings)
      ? []
      : [about(facts, `${facts.postings.length} postings, not those of its ${wanted.length}`)];
  },
};

export const paymentBounds: OrderInvariant = {
  name: 'payment-bounds',
  about: 'refunded <= captured <= authorized',
  needs: ['postgres'],
  check(facts) {
    if (facts.paymentEvents.length === 0) return undefined;
    const { authorized, captured, refunded } = moneyOf(facts);
    return refunded <= captured && captured <= authorized
      ? []
      : [about(facts, `refunded ${refunded}, captured ${captured}, authorized ${authorized}`)];
  },
};

export const oneCapture: OrderInvariant = {
  name: 'one-capture',
  about: "at most one capture an order, in our books and in the provider's",
  needs: ['postgres', 'provider'],
  check(facts) {
    const { captures } = moneyOf(facts);
    const charges = facts.charges?.length ?? 0;
    return captures <= 1 && charges <= 1
      ? []
      : [about(facts, `${captures} captures, ${charges} charges at the provider`)];
  },
};

export const paymentInLedger: OrderInvariant = {
  name: 'payment-in-ledger',
  about: 'each captured payment has one charge of its amount at the provider, and its refunds',
  needs: ['postgres', 'provider'],
  check(facts) {
    const { payment, charges } = facts;
    const { captured, captures, refunded } = moneyOf(facts);
    if (captures === 0) return refunded > 0 ? [about(facts, 'a refund without a capture')] : undefined;
    // The provider's books could not be read: they accuse nobody.
    if (!charges) return [];
    const chargeId = payment.status === 'new' ? undefined : payment.chargeId;
    const charge = charges.find((candidate) => candidate.chargeId === chargeId);
    if (!charge) return [about(facts, `captured ${captured}, and the provider has no charge ${chargeId}`)];
    if (charge.amountMinor !== captured)
      return [about(facts, `captured ${captured}, charged ${charge.amountMinor}`)];
    if (charge.refundedMinor === refunded) return [];
    // The provider refunds first: what it is ahead may still be recorded.
    const late = charge.refundedMinor > refunded;
    return [about(facts, `refunded ${refunded}, at the provider ${charge.refundedMinor}`, late)];
  },
};

export const paidExactly: OrderInvariant = {
  name: 'paid-exactly',
  about: 'an order that is paid, shipped or delivered has a captured payment of exactly its total',
  needs: ['postgres'],
  check(facts) {
    const { order } = facts;
    if (order.status !== 'paid' && order.status !== 'shipped' && order.status !== 'delivered')
      return undefined;
    const { captured, refunded } = moneyOf(facts);
    return captured - refunded === order.totalMinor
      ? []
      : [
          about(
            facts,
            `${order.status}, total ${order.totalMinor}, captured ${captured}, refunded ${refunded}`,
          ),
        ];
  },
};

export const endedNetsToZero: OrderInvariant = {
  name: 'ended-nets-to-zero',
  about: 'a rejected, cancelled or refunded order has kept no money and no stock',
  needs: ['postgres'],
  check(facts) {
    const { order } = facts;
    if (order.status !== 'rejected' && order.status !== 'cancelled' && order.status !== 'refunded')
      return undefined;
    const { captured, refunded } = moneyOf(facts);
    const units = unitsKept(facts);
    if (captured === refunded && units === 0) return [];
    // A refund that waits for a person is in sight.
    if (units === 0 && facts.saga?.parked) return [];
    return [about(facts, `${order.status}, and kept ${captured - refunded} and ${units} units`, true)];
  },
};
