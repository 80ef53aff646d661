/** Where a stream lives: `bucket` is the hash of its aggregate's id, see "Data placement" in the design. */
export type StreamKey = { readonly bucket: number; readonly streamId: string };

export type NewEvent = {
  readonly type: string;
  readonly data: unknown;
  /** The trace that the event's own message belongs to, where `publish` makes one. */
  readonly traceparent?: string;
};

export type StoredEvent = StreamKey & {
  /** From 1, without gaps. */
  readonly version: number;
  readonly type: string;
  readonly data: unknown;
  readonly recordedAt: Date;
};

/** What the relay publishes to `topic`, partition `bucket`. */
export type OutboxMessage = {
  readonly topic: string;
  readonly key: string;
  readonly type: string;
  readonly eventId: string;
  readonly payload: unknown;
  readonly traceparent?: string;
  readonly occurredAt: Date;
};

export type OutboxRow = {
  readonly bucket: number;
  /** A bigint, as text. */
  readonly id: string;
  readonly topic: string;
  readonly key: string;
  readonly type: string;
  readonly eventId: string;
  /** JSON text, to be published as it is. */
  readonly payload: string;
  readonly traceparent: string | null;
  readonly occurredAt: Date;
};

export type Append = StreamKey & {
  /** The version that the decision was made on; 0 for a new stream. */
  readonly expectedVersion: number;
  readonly events: readonly NewEvent[];
  /**
   * Publishes every event as it is: its type, its data, the stream's id as the key, and `<prefix><stream id>/<version>` as
   * its id. Like all that follows it is written only when the events are.
   */
  readonly publish?: { readonly topic: string; readonly eventIdPrefix: string };
  /** What else is published. */
  readonly messages: readonly OutboxMessage[];
  /** Double-entry postings of the events (payments only). */
  readonly postings?: readonly Posting[];
  /** What becomes of the row that keeps an unfinished order in sight (orders only). */
  readonly saga?: SagaChange;
};

/** Units of money moved by the event at `version`: minor units, debits positive, credits negative. */
export type Posting = {
  readonly version: number;
  readonly account: string;
  readonly currency: string;
  readonly amountMinor: number;
};

/** `open` inserts or replaces the row; without a `parkedReason` the sweeper looks at it after `deadlineAt`. */
export type SagaChange =
  | { readonly change: 'open'; readonly deadlineAt: Date; readonly parkedReason?: string }
  | { readonly change: 'ended' };

export type AppendResult =
  | { readonly appended: true; readonly version: number }
  | {
      readonly appended: false;
      /**
       * The event that has the place of this append's first one: a repeated command finds its own earlier event here.
       * Undefined when `expectedVersion` is beyond the stream's end.
       */
      readonly existing: StoredEvent | undefined;
    };

export type EventStore = {
  /** Rejects only when the database fails; whether the events were written is unknown then. */
  append(append: Append): Promise<AppendResult>;
  /** The results are in the order of the appends; a conflict fails only its own stream. Each stream at most once. */
  appendAll(appends: readonly Append[]): Promise<readonly AppendResult[]>;
  /** The events of each key, oldest first; an empty list for a stream that does not exist. One round trip. */
  read(keys: readonly StreamKey[]): Promise<readonly (readonly StoredEvent[])[]>;
};
