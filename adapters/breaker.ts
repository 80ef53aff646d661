import { context, SpanKind, trace, TraceFlags } from '@opentelemetry/api';
import CircuitBreaker from 'opossum';
import { ConflictError, PermanentError, TransientError } from '../platform/errors.ts';
import { counter, histogram, inSpan } from '../platform/telemetry.ts';

export type BreakerState = 'open' | 'half-open' | 'closed';

export type BreakerOptions = {
  /** The system that is called: starts the error codes, and labels metrics and spans. */
  readonly target: string;
  /** When a call without an answer is given up, in ms; 3000 unless given. */
  readonly timeoutMs?: number | undefined;
  /** How long an open breaker waits before it lets one call through, in ms; 30,000 unless given. */
  readonly resetTimeoutMs?: number | undefined;
  /** Calls in the last 10 s below which the breaker does not judge; 20 unless given. */
  readonly volumeThreshold?: number | undefined;
  /** Calls at once; more wait, and their time does not run yet. Unlimited unless given. */
  readonly concurrency?: number | undefined;
  /** Codes of transient errors that say nothing about the target's health. */
  readonly ignoredCodes?: readonly string[] | undefined;
  readonly onState?: ((state: BreakerState) => void) | undefined;
};

export type Breaker = {
  /**
   * Makes one outside call. A refusal (PermanentError, ConflictError) does not count against the target. `admit` is asked
   * when the call's turn has come: where it throws, the call is not made and the target is not judged by it.
   * @throws TransientError `<target>-timed-out`, or `<target>-breaker-open` with `details.retryAfterMs`.
   */
  call<Result>(operation: string, work: () => Promise<Result>, admit?: () => void): Promise<Result>;
  close(): void;
};

const calls = counter('meridian_outbound_calls', 'Calls to other systems by target, operation and outcome');
const duration = histogram('meridian_outbound_duration', 'Time of one call to another system');
const changes = counter('meridian_breaker_changes', 'Times that a circuit breaker came into a state');

/** One circuit breaker around all calls to one system, with their metrics and, in a sampled trace, a client span each. */
export function createBreaker(options: BreakerOptions): Breaker {
  const { target, timeoutMs = 3000, resetTimeoutMs = 30_000, ignoredCodes = [], onState } = options;
  const slots = createSlots(options.concurrency ?? Number.POSITIVE_INFINITY);
  const circuit = new CircuitBreaker((work: () => Promise<unknown>) => work(), {
    timeout: timeoutMs,
    errorThresholdPercentage: 50,
    resetTimeout: resetTimeoutMs,
    volumeThreshold: options.volumeThreshold ?? 20,
    enableSnapshots: false,
    rollingPercentilesEnabled: false,
    errorFilter: (error: unknown) =>
      error instanceof TransientError ? ignoredCodes.includes(error.code) : isRefusal(error),
  });
  let openedAtMs = 0;
  const changed = (state: BreakerState) => (): void => {
    if (state === 'open') openedAtMs = performance.now();
    changes.add(1, { target, state });
    onState?.(state);
  };
  circuit.on('open', changed('open'));
  circuit.on('halfOpen', changed('half-open'));
  circuit.on('close', changed('closed'));

  // Rounded up, so that the next try meets a breaker that is half open already; while one call is on trial, its time.
  const retryAfterMs = (): number => {
    const leftMs = openedAtMs + resetTimeoutMs - performance.now();
    return circuit.opened && leftMs > 0 ? Math.ceil(leftMs / 50) * 50 : timeoutMs;
  };
  const asOurs = (error: unknown): unknown => {
    const code = codeOf(error);
    if (code === 'ETIMEDOUT' && CircuitBreaker.isOurError(error as Error))
      return new TransientError(`${target}-timed-out`, `${target} did not answer in time`, { cause: error });
    if (code !== 'EOPENBREAKER' && code !== 'ESHUTDOWN') return error;
    return new TransientError(`${target}-breaker-open`, `${target} is taken to be down`, {
      details: { retryAfterMs: retryAfterMs() },
      cause: error,
    });
  };

  return {
    async call<Result>(operation: string, work: () => Promise<Result>, admit?: () => void): Promise<Result> {
      await slots.take();
      try {
        admit?.();
      } catch (error) {
        slots.give();
        throw error;
      }
      const startedMs = performance.now();
      let outcome = 'ok';
      try {
        return (await inClientSpan(target, operation, () =>
          circuit.fire(work).catch(raise(asOurs)),
        )) as Result;
      } catch (error) {
        outcome = outcomeOf(error, target);
        throw error;
      } finally {
        slots.give();
        calls.add(1, { target, operation, outcome });
        duration.record((performance.now() - startedMs) / 1000, { target, operation });
      }
    },
    close: () => circuit.shutdown(),
  };
}

function inClientSpan<Result>(
  target: string,
  operation: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const active = trace.getSpanContext(context.active());
  if (!active || (active.traceFlags & TraceFlags.SAMPLED) === 0) return work();
  const attributes = { 'peer.service': target, 'meridian.operation': operation };
  return inSpan(`${target} ${operation}`, { kind: SpanKind.CLIENT, attributes }, work);
}

const raise =
  (translate: (error: unknown) => unknown) =>
  (error: unknown): never => {
    throw translate(error);
  };

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function isRefusal(error: unknown): boolean {
  return error instanceof PermanentError || error instanceof ConflictError;
}

function outcomeOf(error: unknown, target: string): string {
  if (isRefusal(error)) return 'refused';
  const code = codeOf(error);
  if (code === `${target}-breaker-open`) return 'breaker-open';
  return code === `${target}-timed-out` ? 'timed-out' : 'failed';
}

function createSlots(count: number): { take(): Promise<void>; give(): void } {
  const waiting: (() => void)[] = [];
  let free = count;
  return {
    take() {
      if (free === 0) return new Promise((resolve) => waiting.push(resolve));
      free -= 1;
      return Promise.resolve();
    },
    give() {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    },
  };
}
