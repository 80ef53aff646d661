/** Sales of one day, category and region, in minor units of `currency`. */
export type SalesTotal = {
  /** ISO 8601 date, UTC. */
  readonly date: string;
  readonly category: string;
  readonly region: string;
  readonly currency: string;
  readonly orders: number;
  readonly totalMinor: number;
};

export type SalesKey = Pick<SalesTotal, 'date' | 'category' | 'region' | 'currency'>;

/** The counters inside a transaction. */
export interface SalesCounters {
  /** Adds to the counters and answers with their new absolute values. One statement; rows are locked until commit. */
  add(totals: readonly SalesTotal[]): Promise<readonly SalesTotal[]>;
}

/** The read model that dashboards query (Mongo `analytics`, on date, category, region). */
export interface SalesBoard {
  /** Absolute values: a repeat changes nothing. A total with fewer orders than what is there is ignored. */
  put(totals: readonly SalesTotal[]): Promise<void>;
  /** Of these days, both included: by day, region, currency and category, strictly after `after`. */
  list(
    days: { readonly from: string; readonly to: string },
    page: { readonly after?: SalesKey; readonly limit: number },
  ): Promise<readonly SalesTotal[]>;
}
