import { context, trace } from '@opentelemetry/api';
import { pino, stdTimeFunctions, type DestinationStream, type Logger as Pino } from 'pino';
import { createRedaction } from './redaction.ts';

export type LoggerSettings = {
  /** The least level that is written: trace, debug, info, warn, error, fatal, or silent. */
  readonly level: string;
  readonly service: string;
  readonly region: string;
  /** Standard output unless given. */
  readonly destination?: DestinationStream;
};

type WriteLine = (fields: object, message: string) => void;

/** The platform's `Logger`. */
export type JsonLogger = { readonly [Level in 'debug' | 'info' | 'warn' | 'error']: WriteLine } & {
  child(fields: object): JsonLogger;
};

/**
 * JSON lines with the active span's ids. Mail addresses, card numbers and fields that hold secrets are taken out of all
 * that is written, errors and their causes included.
 */
export function createLogger({ level, service, region, destination }: LoggerSettings): JsonLogger {
  const clean = createRedaction();
  const options = {
    level,
    base: { service, region },
    timestamp: stdTimeFunctions.isoTime,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (fields: object) => clean(fields) as Record<string, unknown>,
    },
    // Errors are plain values already when pino gets to them.
    serializers: { err: (value: unknown) => value },
    mixin: activeSpan,
  };
  return facade(destination ? pino(options, destination) : pino(options), clean);
}

// pino formats the fields of a line but not those of a child or the message.
function facade(target: Pino, clean: (value: unknown) => unknown): JsonLogger {
  const writer = (level: keyof Omit<JsonLogger, 'child'>): WriteLine => {
    return (fields, message) => {
      if (target.isLevelEnabled(level)) target[level](fields, clean(message) as string);
    };
  };
  return {
    debug: writer('debug'),
    info: writer('info'),
    warn: writer('warn'),
    error: writer('error'),
    child: (fields) => facade(target.child(clean(fields) as Record<string, unknown>), clean),
  };
}

function activeSpan(): object {
  const span = trace.getSpanContext(context.active());
  return span ? { trace_id: span.traceId, span_id: span.spanId } : {};
}
