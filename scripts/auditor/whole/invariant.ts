import type { Finding, Invariant } from '../report.ts';
import type { AuditSources } from '../sources.ts';

export type Found = { readonly checked: number; readonly findings: readonly Finding[] };

/** An invariant over all orders together, checked once. Answers in pieces, so that nothing has to be held as a whole. */
export type WholeInvariant = Invariant & {
  check(sources: AuditSources, context: WholeContext): AsyncIterable<Found>;
};

export type Acknowledged = { readonly orderId: string; readonly totalMinor?: number };

type WholeContext = {
  readonly dueBefore: Date;
  readonly pageSize: number;
  readonly acknowledged: Iterable<Acknowledged> | AsyncIterable<Acknowledged>;
};
