import type { PaymentEvent } from './payment.ts';

/** `holds` and `hold-offset` are memorandum accounts: money that the customer's bank reserved, and is not ours. */
export type Account = 'holds' | 'hold-offset' | 'provider-clearing' | 'sales' | 'refunds';

/** One posting in minor units: debits are positive, credits negative. */
export type Posting = { readonly account: Account; readonly currency: string; readonly amountMinor: number };

/** Double entry: the postings of one event sum to zero in each currency; a request and a refusal move no money. */
export function journalOf(event: PaymentEvent): readonly Posting[] {
  const { currency } = event;
  switch (event.type) {
    case 'PaymentRequested':
    case 'PaymentDeclined':
      return [];
    case 'PaymentAuthorized':
      return transfer('holds', 'hold-offset', event.authorizedMinor, currency);
    case 'PaymentVoided':
      return transfer('hold-offset', 'holds', event.releasedMinor, currency);
    case 'PaymentCaptured':
      return [
        ...transfer('hold-offset', 'holds', event.releasedMinor, currency),
        ...transfer('provider-clearing', 'sales', event.amountMinor, currency),
      ];
    case 'PaymentRefunded':
      return transfer('refunds', 'provider-clearing', event.amountMinor, currency);
    default:
      return event satisfies never;
  }
}

function transfer(debit: Account, credit: Account, amountMinor: number, currency: string): Posting[] {
  if (amountMinor === 0) return []; // a void before the authorization has nothing to let go
  return [
    { account: debit, currency, amountMinor },
    { account: credit, currency, amountMinor: -amountMinor },
  ];
}
