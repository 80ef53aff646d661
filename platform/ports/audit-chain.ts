export type AuditEntry = {
  readonly bucket: number;
  readonly eventId: string;
  /** The order. */
  readonly subject: string;
  /** The event's type. */
  readonly action: string;
  /** SHA-256 of the event's data as JSON, in hex. */
  readonly dataHash: string;
  readonly at: string;
};

/** One link of a bucket's chain covers all entries of one batch. */
export type AuditLink = {
  readonly bucket: number;
  /** From 1, without gaps. */
  readonly sequence: number;
  /** 64 zeros for the first. */
  readonly previousHash: string;
  /** SHA-256 over previousHash, sequence and the entries; see `domain/audit/chain.ts`. */
  readonly hash: string;
  readonly entries: readonly AuditEntry[];
};

/** The chain inside a transaction; `audit.entries(bucket, event_id)` is its own inbox. */
export interface AuditChain {
  /** Appends one link for each bucket among the entries that are new; a repeated entry is left out. */
  append(entries: readonly AuditEntry[]): Promise<readonly AuditLink[]>;
}
