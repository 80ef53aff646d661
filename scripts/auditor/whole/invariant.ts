import type { Finding, Invariant } from '../report.ts';
import type { AuditSources } from '../sources.ts';

export type Found = { readonly checked: number; readonly findings: readonly Finding[] };

/** An invariant over all orders together, checked once. Answers in pieces, so that nothing has to be held as a whole. */
export type WholeInvariant = Invariant & {
  check(sources: AuditSources, context: WholeContext): AsyncIterable<Found>;
};

/** Where the chain of a bucket ends. */
export type ChainHead = { readonly bucket: number; readonly sequence: number; readonly hash: string };

export type Acknowledged = { readonly orderId: string; readonly totalMinor?: number };

type WholeContext = {
  readonly dueBefore: Date;
  readonly pageSize: number;
  readonly acknowledged: Iterable<Acknowledged> | AsyncIterable<Acknowledged>;
  /** The last links that an earlier audit found in order; none where all are looked at. */
  readonly links: readonly ChainHead[];
  /** Told the last link of each bucket. */
  readonly onHead: (head: ChainHead) => void;
};
