/** A message as it lay on its topic; the value is unread. */
export type ReceivedMessage = {
  readonly topic: string;
  readonly partition: number;
  /** A bigint, as text. */
  readonly offset: string;
  readonly key: string | undefined;
  readonly value: Buffer | undefined;
  /** CloudEvents `ce_id` and `ce_type`; undefined when the header is missing. */
  readonly id: string | undefined;
  readonly type: string | undefined;
  readonly traceparent: string | undefined;
  /** All headers as text, for a dead letter. */
  headers(): Readonly<Record<string, string>>;
};

/** Thrown by `handle` when these of a fetch could not be handled for now, and all others were: their partitions go on. */
export class PartlyHandled extends Error {
  override readonly name = 'PartlyHandled';
  readonly unhandled: readonly ReceivedMessage[];
  constructor(unhandled: readonly ReceivedMessage[], cause: Error) {
    super(`${unhandled.length} messages could not be handled for now: ${cause.message}`, { cause });
    this.unhandled = unhandled;
  }
}

export type ConsumeSettings = {
  readonly group: string;
  readonly topics: readonly string[];
  /** Messages of other types are skipped by their header; one without a type is handed over. */
  readonly only: ReadonlySet<string>;
  readonly maxWaitMs: number;
  /** A fetch ends when it has so many bytes, or after `maxWaitMs`. */
  readonly minBytes: number;
  /**
   * False where events may overtake each other: the next fetches are handled while a slow one goes on, and an offset is
   * committed when all before it are done.
   */
  readonly inOrder: boolean;
  /** Called with everything that one fetch brought, in order within each partition. Its effects are durable when it resolves. May throw PartlyHandled. */
  handle(received: readonly ReceivedMessage[]): Promise<void>;
  /** Told of each failure; answers how long the partitions concerned are paused, in ms, before they are read again. */
  onFailure(error: unknown): number;
  /** Called whenever the loop that fetches goes on: at each fetch, at each try to reach a broker, and while `handle` works. */
  readonly beat?: () => void;
};

export interface Consumption {
  /** Finishes the batch under way, commits its offsets and leaves the group. */
  stop(): Promise<void>;
}

/** At-least-once consumption: a crash or a rebalance repeats messages. */
export interface MessageSource {
  /** Resolves when the group is joined. */
  consume(settings: ConsumeSettings): Promise<Consumption>;
}

/** A message of its own, not from an outbox. */
export type DirectMessage = {
  readonly topic: string;
  readonly partition: number;
  readonly key: string;
  readonly id: string;
  readonly type: string;
  readonly value: string;
  readonly traceparent?: string;
};

export interface MessageSink {
  /** Resolves when all in-sync replicas have every message. @throws TransientError when that is unknown. */
  publish(messages: readonly DirectMessage[]): Promise<void>;
}
