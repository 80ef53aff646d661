const hidden = '[redacted]';
/** Deeper values are left out: an error with two causes and their details needs five. */
const maxDepth = 6;
/** Values of one line: a client or socket logged by mistake stays small. */
const maxValues = 2000;

const secretNames = /^(to|name)$|email|token|authorization|cookie|password|secret/i;

// Lengths are bounded, so that a long string costs no more than a short one a character.
const mailAddress = /[\p{L}\p{N}._%+'-]{1,64}(?:@|%40)[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){0,8}/gu;
const cardNumber = /(?<![\d.])\d(?:[ -]?\d){12,18}(?!\d)/g;

/**
 * Makes plain values for a log line: fields that hold secrets by their name, and mail addresses and card numbers in any
 * text, are replaced. An error becomes its type, message, stack, code, details and cause.
 */
export function createRedaction(): (value: unknown) => unknown {
  return (value) => {
    let left = maxValues;
    return plain(value, 0);

    function plain(part: unknown, depth: number): unknown {
      left -= 1;
      if (left < 0) return '[left out]';
      if (typeof part === 'string') return withoutPersonalData(part);
      if (typeof part === 'bigint') return part.toString();
      if (typeof part !== 'object' || part === null) return part;
      if (depth > maxDepth) return '[left out]';
      if (ArrayBuffer.isView(part)) return `[${part.byteLength} bytes]`;
      if (part instanceof Error) return fields(Object.entries(partsOf(part)), depth);
      if (Array.isArray(part)) return part.map((item) => plain(item, depth + 1));
      if (part instanceof Map || part instanceof Set) return plain([...part], depth);
      if ('toJSON' in part && typeof part.toJSON === 'function') return plain(part.toJSON(), depth + 1);
      return fields(Object.entries(part), depth);
    }

    function fields(entries: readonly (readonly [string, unknown])[], depth: number): object {
      return Object.fromEntries(
        entries.map(([key, part]) => [
          key,
          secretNames.test(key) && part !== undefined ? hidden : plain(part, depth + 1),
        ]),
      );
    }
  };
}

function partsOf(error: Error): object {
  const { code, details } = error as { code?: unknown; details?: unknown };
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...(code === undefined ? {} : { code }),
    ...(details === undefined ? {} : { details }),
    ...(error.cause === undefined ? {} : { cause: error.cause }),
    ...(error instanceof AggregateError ? { errors: error.errors } : {}),
  };
}

function withoutPersonalData(text: string): string {
  return text.replace(mailAddress, hidden).replace(cardNumber, hidden);
}
