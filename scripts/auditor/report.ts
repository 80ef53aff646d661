/** What the auditor reads; `logs` are files of the stack. */
export type SourceName = 'postgres' | 'kafka' | 'mongo' | 'provider' | 'mails' | 'logs';

/** An invariant's stable name, what it says, and the systems without which it cannot be checked. */
export type Invariant = {
  readonly name: string;
  readonly about: string;
  readonly needs: readonly SourceName[];
};

/** One thing that is wrong. A `late` one counts only where nothing is under way any more: what is missing may still come. */
export type Finding = { readonly example: string; readonly late?: boolean };

export type InvariantReport = {
  readonly name: string;
  readonly about: string;
  /** `left-out`: a part of it needs what was not there to be read; what could be looked at held. */
  readonly outcome: 'held' | 'violated' | 'not-checked' | 'left-out';
  /** Orders, rows, messages or lines looked at. */
  readonly checked: number;
  readonly violations: number;
  /** Missing, but too young to be missed. */
  readonly pending: number;
  /** At most ten. */
  readonly examples: readonly string[];
};

/** `produced` = `processed` + `dead` + `pending` + `lost`; a lost event is a violation. */
export type ConsumerReport = {
  readonly consumer: string;
  readonly produced: number;
  readonly processed: number;
  readonly dead: number;
  readonly pending: number;
  readonly lost: number;
};

export type AuditReport = {
  /** A violation counts more than a source that is away; with one away it is never `clean`. */
  readonly verdict: 'clean' | 'violations' | 'could-not-check';
  /** Whose data it is; `local` on a laptop. Which revision runs there only Argo CD knows. */
  readonly environment: string;
  readonly region: string;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly orders: number;
  /** An audit of a window: only orders with something since then, ISO 8601. Absent where all were looked at. */
  readonly changedSince?: string;
  /** What was still under way when the settle time was over; empty when all was quiet. */
  readonly unsettled: readonly string[];
  readonly away: readonly { readonly source: SourceName; readonly reason: string }[];
  /** What nobody gave an address of: `clean` says nothing of it. */
  readonly leftOut: readonly SourceName[];
  /** What could be looked at only in part. */
  readonly notes: readonly string[];
  readonly invariants: readonly InvariantReport[];
  readonly consumers: readonly ConsumerReport[];
};

/** Exit codes of `scripts/audit`; 2 is wrong usage. */
export const exitCodes = { clean: 0, violations: 1, 'could-not-check': 3 } as const;
