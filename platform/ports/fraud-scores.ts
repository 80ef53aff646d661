import type { FraudInput, FraudScore } from '../../domain/fraud/score.ts';

export type FraudOrder = {
  readonly bucket: number;
  readonly orderId: string;
  readonly userId: string;
  readonly placedAt: Date;
  readonly totalMinor: number;
  readonly currency: string;
  /** SHA-256 of the payment token: tells cards apart without naming one. */
  readonly cardHash: string;
  readonly shipToCountry: string;
  /** SHA-256 of country and postal code. */
  readonly addressHash: string;
};

/** How long before an order its user's activity counts, at most, in ms: `cardsLastDay`. */
export const velocityWindowMs = 24 * 60 * 60_000;

/** The blocked parties, as `domain/fraud` takes them. */
export type BlockedLists = {
  readonly userIds: ReadonlySet<string>;
  readonly addressHashes: ReadonlySet<string>;
  readonly deviceIds: ReadonlySet<string>;
};

/** Scores inside a transaction; `scores(bucket, order_id)` is its own inbox. */
export interface FraudScores {
  /**
   * Records the orders' activity, counts each user's (earlier orders of the same batch included), scores and keeps the
   * score. `undefined` for an order that was scored before. A constant number of statements.
   */
  scoreAll(
    orders: readonly FraudOrder[],
    score: (input: FraudInput, blocked: BlockedLists) => FraudScore,
  ): Promise<readonly (FraudScore | undefined)[]>;
}

/** How an order was scored, from 0 (harmless) to 100; the signals name the rules that raised the score. */
export type FraudAssessment = FraudScore & { readonly orderId: string; readonly scoredAt: Date };

/** The scores for those who look into one. */
export interface FraudAssessments {
  /** Undefined for an order that is not scored, or not yet. */
  find(orderId: string): Promise<FraudAssessment | undefined>;
}
