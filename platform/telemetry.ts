import {
  context,
  metrics,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Attributes,
  type Context,
  type Counter,
  type Histogram,
  type ObservableCallback,
  type Span,
  type SpanKind,
} from '@opentelemetry/api';

const scope = 'meridian';

/** The W3C `traceparent` of a context's span (W3C Trace Context, level 1), to be carried by a message or request. */
export function traceparentOf(of: Context = context.active()): string | undefined {
  const span = trace.getSpanContext(of);
  if (!span) return undefined;
  return `00-${span.traceId}-${span.spanId}-${(span.traceFlags & TraceFlags.SAMPLED).toString(16).padStart(2, '0')}`;
}

/** A context whose parent span is the remote one that the header names; without or with a bad header a root context. */
export function contextFrom(traceparent: string | undefined): Context {
  const match = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(traceparent ?? '');
  const [, traceId, spanId, flags] = match ?? [];
  if (!traceId || !spanId || !flags || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & 1,
    isRemote: true,
  });
}

/** Whether a message's trace is recorded at all: for all others no span is made, and the header is passed on as it is. */
export function isSampled(traceparent: string | undefined): boolean {
  return traceparent !== undefined && traceparent.endsWith('-01');
}

/** Runs `work` as a part of the trace that the header names: what it calls outside shows up there. */
export function within<Result>(traceparent: string | undefined, work: () => Result): Result {
  return isSampled(traceparent) ? context.with(contextFrom(traceparent), work) : work();
}

export type SpanSettings = {
  readonly kind?: SpanKind;
  readonly parent?: Context;
  readonly attributes?: Attributes;
};

/** A span that the caller ends. */
export function startSpan(
  name: string,
  { kind, parent = context.active(), attributes = {} }: SpanSettings = {},
): Span {
  return trace
    .getTracer(scope)
    .startSpan(name, { attributes, ...(kind === undefined ? {} : { kind }) }, parent);
}

/** Runs `work` in a span that is active in it; an error marks the span and goes on. */
export async function inSpan<Result>(
  name: string,
  settings: SpanSettings,
  work: (span: Span) => Promise<Result>,
): Promise<Result> {
  const { parent = context.active() } = settings;
  const span = startSpan(name, settings);
  try {
    return await context.with(trace.setSpan(parent, span), () => work(span));
  } catch (error) {
    failSpan(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/** The error's name and code, never its message: that may quote data. */
export function failSpan(span: Span, error: unknown): void {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.setAttributes({ 'error.type': code ?? (error instanceof Error ? error.name : 'unknown') });
}

/** The metrics API has no proxies: an instrument made before the SDK is registered would count nothing, so they are made at first use. */
export function counter(
  name: string,
  description: string,
  unit = '1',
): { add(value: number, attributes?: Attributes): void } {
  let made: Counter | undefined;
  return {
    add(value, attributes) {
      made ??= metrics.getMeter(scope).createCounter(name, { description, unit });
      made.add(value, attributes);
    },
  };
}

/** See `counter`; seconds unless another unit is given. */
export function histogram(
  name: string,
  description: string,
  unit = 's',
  boundaries: readonly number[] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
): { record(value: number, attributes?: Attributes): void } {
  let made: Histogram | undefined;
  return {
    record(value, attributes) {
      made ??= metrics
        .getMeter(scope)
        .createHistogram(name, { description, unit, advice: { explicitBucketBoundaries: [...boundaries] } });
      made.record(value, attributes);
    },
  };
}

/** A value that is read when somebody scrapes; call it when the SDK is registered. @returns ends the observation. */
export function gauge(
  name: string,
  description: string,
  observe: ObservableCallback,
  unit = '1',
): () => void {
  const made = metrics.getMeter(scope).createObservableGauge(name, { description, unit });
  made.addCallback(observe);
  return () => made.removeCallback(observe);
}
