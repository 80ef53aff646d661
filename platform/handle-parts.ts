import { TransientError } from './errors.ts';
import { PartlyHandled } from './ports/messages.ts';
import type { Parsed } from './read-events.ts';

/**
 * Handles parts of a fetch that lie on servers of their own, one after the other: one whose server is away holds up no other.
 *
 * @param handle is told whether a part has failed before: when all servers are away, the patience for one is enough
 * @throws PartlyHandled when a TransientError stopped some parts, and that error when it stopped all; anything else at once.
 */
export async function handleParts(
  parts: readonly (readonly Parsed[])[],
  handle: (part: readonly Parsed[], isAfterFailure: boolean) => Promise<void>,
): Promise<void> {
  const failures: { readonly part: readonly Parsed[]; readonly error: TransientError }[] = [];
  for (const part of parts) {
    try {
      await handle(part, failures.length > 0);
    } catch (error) {
      if (!(error instanceof TransientError) || error.code === processStopping) throw error;
      failures.push({ part, error });
    }
  }
  const [first] = failures;
  if (first === undefined) return;
  if (failures.length === parts.length) throw first.error;
  throw new PartlyHandled(
    failures.flatMap(({ part }) => part.map(({ message }) => message)),
    first.error,
  );
}

const processStopping = 'process-stopping';

/** @throws TransientError when the process stops meanwhile: the batch is read again by whoever comes next. */
export function delay(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const ended = (): void => {
      clearTimeout(timer);
      reject(new TransientError(processStopping, 'the process stops and does not retry'));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', ended);
      resolve();
    }, delayMs);
    if (signal.aborted) ended();
    else signal.addEventListener('abort', ended, { once: true });
  });
}
