import { ConflictError, TransientError } from './errors.ts';

/** How often one piece of work is tried in all, and the first delay; the delay doubles up to `maxDelayMs`. */
export type RetryPolicy = {
  readonly attempts: number;
  readonly firstDelayMs: number;
  readonly maxDelayMs?: number;
};

export type BatchSteps<Event> = {
  /** One transaction for all the events it is given: it takes effect for all of them or for none. */
  handle(events: readonly Event[]): Promise<void>;
  /**
   * The events that a TransientError is about, when the handler could settle all others: after the last attempt these
   * alone are given up. Without it, or with none, the whole batch is waited for.
   */
  concerned?(error: TransientError, events: readonly Event[]): readonly Event[];
  /** Keeps an event that can never be handled, with its error. */
  deadLetter(event: Event, error: unknown): Promise<void>;
  /** Ends early, with the signal's reason, when the process drains. */
  wait(delayMs: number): Promise<void>;
  /** In [0, 1), for the jitter. */
  random(): number;
};

export type BatchResult = { readonly handled: number; readonly dead: number };

/**
 * Handles a batch, isolating what can't be handled: a failing batch is halved until one event stands alone, which is
 * retried with back-off and then dead-lettered; the rest goes on. Events keep their order.
 *
 * @throws TransientError when the outside world failed `attempts` times: nothing is dead-lettered for an outage, the
 * caller pauses the partition and comes back with the same events.
 */
export async function processBatch<Event>(
  events: readonly Event[],
  policy: RetryPolicy,
  steps: BatchSteps<Event>,
): Promise<BatchResult> {
  if (events.length === 0) return { handled: 0, dead: 0 };
  const error = await tryAll(events, policy, steps);
  if (error === undefined) return { handled: events.length, dead: 0 };
  if (error.only) {
    for (const event of error.only) await steps.deadLetter(event, error.cause);
    return { handled: events.length - error.only.length, dead: error.only.length };
  }
  const [first] = events;
  if (events.length === 1 && first !== undefined) {
    await steps.deadLetter(first, error.cause);
    return { handled: 0, dead: 1 };
  }
  const middle = Math.ceil(events.length / 2);
  const before = await processBatch(events.slice(0, middle), policy, steps);
  const after = await processBatch(events.slice(middle), policy, steps);
  return { handled: before.handled + after.handled, dead: before.dead + after.dead };
}

/** Full jitter (Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015), in milliseconds. */
export function backOffMs(policy: RetryPolicy, attempt: number, random: number): number {
  const ceilingMs = Math.min(policy.firstDelayMs * 2 ** (attempt - 1), policy.maxDelayMs ?? 30_000);
  return Math.floor(ceilingMs * random);
}

/** The error that stays, or nothing when the batch was handled. A batch of several is not retried as it is: it is halved. */
async function tryAll<Event>(
  events: readonly Event[],
  policy: RetryPolicy,
  steps: BatchSteps<Event>,
): Promise<{ readonly cause: unknown; readonly only?: readonly Event[] } | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await steps.handle(events);
      return undefined;
    } catch (error) {
      const passing = error instanceof TransientError || error instanceof ConflictError;
      const spent = attempt >= policy.attempts;
      if (error instanceof TransientError) {
        // An open breaker says how long to stay away: more attempts before that are refused like this one.
        if ('retryAfterMs' in error.details) throw error;
        const only = spent ? (steps.concerned?.(error, events) ?? []) : [];
        if (only.length > 0 && only.length < events.length) return { cause: error, only };
        if (spent) throw error;
      }
      if (spent || (!passing && events.length > 1)) return { cause: error };
      await steps.wait(backOffMs(policy, attempt, steps.random()));
    }
  }
}
