import type { Additions, Neighbour } from '../../domain/recommendation/copurchases.ts';

/** What is known of one SKU, before a batch and after it. */
export type Learned = {
  readonly sku: string;
  readonly before: readonly Neighbour[];
  readonly after: readonly Neighbour[];
};

/** The counts inside a transaction, in the buckets of the SKUs. */
export interface Copurchases {
  /**
   * Adds to what is known of each SKU; the rows are locked until commit, by all writers in one order. Two statements,
   * whatever the number of SKUs.
   */
  learnAll(additions: ReadonlyMap<string, Additions>): Promise<readonly Learned[]>;
}

/** What was bought together with a SKU, as shoppers see it. */
export interface Recommendations {
  /** The most frequent first, at most `limit`; none for a SKU that nobody bought with another one. */
  boughtWith(sku: string, limit: number): Promise<readonly Neighbour[]>;
}
