import { context, trace } from '@opentelemetry/api';
import { pino, stdTimeFunctions, type DestinationStream, type Logger } from 'pino';
import { createRedaction } from './redaction.ts';

export type LoggerSettings = {
  /** The least level that is written: trace, debug, info, warn, error, fatal, or silent. */
  readonly level: string;
  readonly service: string;
  readonly region: string;
  /** Standard output unless given. */
  readonly destination?: DestinationStream;
};

/**
 * The platform's logger: JSON lines with the active span's ids. Mail addresses, card numbers and fields that hold secrets
 * are taken out of all that it writes, errors and their causes included.
 */
export function createLogger({ level, service, region, destination }: LoggerSettings): Logger {
  const clean = createRedaction();
  const options = {
    level,
    base: { service, region },
    timestamp: stdTimeFunctions.isoTime,
    formatters: {
      level: (label: string) => ({ level: label }),
      bindings: (bindings: object) => clean(bindings) as Record<string, unknown>,
      log: (fields: object) => clean(fields) as Record<string, unknown>,
    },
    hooks: {
      logMethod(this: Logger, args: Parameters<Logger['info']>, method: (...rest: typeof args) => void) {
        method.apply(
          this,
          args.map((part) => (typeof part === 'string' ? clean(part) : part)) as typeof args,
        );
      },
    },
    mixin: activeSpan,
  };
  return destination ? pino(options, destination) : pino(options);
}

function activeSpan(): object {
  const span = trace.getSpanContext(context.active());
  return span ? { trace_id: span.traceId, span_id: span.spanId } : {};
}
