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

/** The counters inside a transaction. */
export interface SalesCounters {
  /** Adds to the counters and answers with their new absolute values. One statement; rows are locked until commit. */
  add(totals: readonly SalesTotal[]): Promise<readonly SalesTotal[]>;
}

/** The read model that dashboards query (Mongo `analytics`, on date, category, region). */
export interface SalesBoard {
  /** Absolute values: a repeat changes nothing. A total with fewer orders than what is there is ignored. */
  put(totals: readonly SalesTotal[]): Promise<void>;
  list(date: string): Promise<readonly SalesTotal[]>;
}
