/** Who has new rows in its outbox and streams, and in which buckets. */
export type Wake = { readonly service: string; readonly buckets: readonly number[] };

/** A hint that saves a poll: it may be lost, repeated or late, so every listener also polls slowly. */
export interface WakeBus {
  /** Collects for a few milliseconds and publishes; never throws and never waits. */
  notify(wake: Wake): void;
  /** @returns ends the subscription. */
  listen(service: string, listener: (buckets: readonly number[]) => void): () => void;
}
