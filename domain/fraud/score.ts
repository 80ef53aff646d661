/** What is known of an order when it is scored; the counts and the address match come from the caller. */
export type FraudInput = {
  readonly totalMinor: number;
  readonly currency: string;
  readonly ordersLastHour: number;
  readonly cardsLastDay: number;
  readonly shippingMatchesBilling: boolean;
  readonly userId: string;
  readonly addressHash: string;
  readonly deviceId?: string;
};

export type FraudSignal =
  | 'blocked-user'
  | 'blocked-address'
  | 'blocked-device'
  | 'many-orders'
  | 'many-cards'
  | 'high-amount'
  | 'very-high-amount'
  | 'unknown-currency'
  | 'address-mismatch';

/** The rules as data: points a signal adds, the counts and amounts (minor units) from which it is given. */
export type FraudPolicy = {
  readonly reviewFrom: number;
  readonly rejectFrom: number;
  readonly points: Readonly<Record<FraudSignal, number>>;
  readonly ordersLastHour: number;
  readonly cardsLastDay: number;
  readonly amounts: Readonly<
    Record<string, { readonly highMinor: number; readonly veryHighMinor: number } | undefined>
  >;
  readonly blocked: {
    readonly userIds: ReadonlySet<string>;
    readonly addressHashes: ReadonlySet<string>;
    readonly deviceIds: ReadonlySet<string>;
  };
};

export type FraudScore = {
  readonly score: number;
  readonly outcome: 'clear' | 'review' | 'reject';
  readonly signals: readonly FraudSignal[];
};

/** Scores an order from 0 to 100: the points of its signals, summed and cut at 100. */
export function scoreOrder(input: FraudInput, policy: FraudPolicy): FraudScore {
  const signals = signalsOf(input, policy);
  const score = Math.min(
    100,
    signals.reduce((total, signal) => total + policy.points[signal], 0),
  );
  const outcome = score >= policy.rejectFrom ? 'reject' : score >= policy.reviewFrom ? 'review' : 'clear';
  return { score, outcome, signals };
}

function signalsOf(input: FraudInput, policy: FraudPolicy): FraudSignal[] {
  const { blocked } = policy;
  const signals: FraudSignal[] = [];
  if (blocked.userIds.has(input.userId)) signals.push('blocked-user');
  if (blocked.addressHashes.has(input.addressHash)) signals.push('blocked-address');
  if (input.deviceId !== undefined && blocked.deviceIds.has(input.deviceId)) signals.push('blocked-device');
  if (input.ordersLastHour >= policy.ordersLastHour) signals.push('many-orders');
  if (input.cardsLastDay >= policy.cardsLastDay) signals.push('many-cards');
  const amounts = Object.hasOwn(policy.amounts, input.currency) ? policy.amounts[input.currency] : undefined;
  if (!amounts) signals.push('unknown-currency');
  else if (input.totalMinor >= amounts.veryHighMinor) signals.push('very-high-amount');
  else if (input.totalMinor >= amounts.highMinor) signals.push('high-amount');
  if (!input.shippingMatchesBilling) signals.push('address-mismatch');
  return signals;
}
