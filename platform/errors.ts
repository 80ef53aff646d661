interface ErrorContext {
  /** Plain values for the log line or the dead letter; never a card number, a mail address or a secret. */
  details?: Readonly<Record<string, unknown>>;
  cause?: unknown;
}

abstract class MeridianError extends Error {
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, context: ErrorContext = {}) {
    super(message, context.cause === undefined ? undefined : { cause: context.cause });
    this.name = new.target.name;
    this.code = code;
    this.details = context.details ?? {};
  }
}

/** The same call may succeed later: retry it with back-off. `code` is kebab-case and stable. */
export class TransientError extends MeridianError {}

/** The same call will never succeed: dead-letter its message. */
export class PermanentError extends MeridianError {}

/** The state moved on under the decision: load it again and decide again. */
export class ConflictError extends MeridianError {}

/** The process cannot start as it is configured; the message names variables, never their values. */
export class ConfigError extends MeridianError {}
