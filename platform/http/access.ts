import { context, SpanKind, trace, type Span } from '@opentelemetry/api';
import { contextFrom, failSpan, histogram, isSampled, startSpan, traceparentOf } from '../telemetry.ts';

const duration = histogram(
  'http.server.request.duration',
  'How long requests took, by route and status class',
);

export type RequestRecord = {
  /** Of the span, when the trace is recorded. */
  readonly traceparent: string | undefined;
  /** What is called, or logged, in it belongs to the trace. */
  run<Result>(work: () => Result): Result;
  end(status: number, error?: unknown): void;
};

/**
 * Metrics and span of one route's requests. A span is made for a trace that the client records, or that the sampler
 * chooses when the client sent no `traceparent`; all others cost nothing.
 */
export function accessOf(method: string, route: string): (traceparent: string | undefined) => RequestRecord {
  const name = `${method} ${route}`;
  // One object a status class, not a request.
  const attributes = [1, 2, 3, 4, 5].map((digit) => ({
    'http.request.method': method,
    'http.route': route,
    'http.response.status_class': `${digit}xx`,
  }));

  return (incoming) => {
    const startedAt = performance.now();
    const span = spanOf(name, method, route, incoming);
    return {
      traceparent: span && traceparentOf(trace.setSpan(contextFrom(undefined), span)),
      run: (work) => (span ? context.with(trace.setSpan(contextFrom(incoming), span), work) : work()),
      end(status, error) {
        duration.record((performance.now() - startedAt) / 1000, attributes[Math.floor(status / 100) - 1]);
        if (!span) return;
        span.setAttribute('http.response.status_code', status);
        if (error !== undefined || status >= 500) failSpan(span, error);
        span.end();
      },
    };
  };
}

function spanOf(name: string, method: string, route: string, incoming: string | undefined): Span | undefined {
  if (incoming !== undefined && !isSampled(incoming)) return undefined;
  const span = startSpan(name, {
    kind: SpanKind.SERVER,
    parent: contextFrom(incoming),
    attributes: { 'http.request.method': method, 'http.route': route },
  });
  return span.isRecording() ? span : undefined;
}
