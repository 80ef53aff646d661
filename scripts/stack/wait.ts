import { setTimeout as delay } from 'node:timers/promises';

export type WaitOptions = {
  readonly timeoutMs: number;
  readonly everyMs?: number;
  readonly signal?: AbortSignal | undefined;
};

/**
 * Polls a real condition until it is true. Throws when the time is over (with the condition's last own error as the
 * cause), and at once when the signal aborts; a condition that throws counts as "not yet".
 */
export async function waitFor(
  what: string,
  condition: () => boolean | Promise<boolean>,
  { timeoutMs, everyMs = 50, signal }: WaitOptions,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    signal?.throwIfAborted();
    let lastError: unknown;
    try {
      if (await condition()) return;
    } catch (error) {
      if (error instanceof StackError) throw error;
      lastError = error;
    }
    if (performance.now() > deadline) {
      const reason = lastError instanceof Error ? `: ${lastError.message}` : '';
      throw new StackError(`waited ${timeoutMs / 1000} s for ${what}${reason}`, { cause: lastError });
    }
    await delay(everyMs, undefined, signal ? { signal } : {});
  }
}

/** A problem with the local stack that the message explains to the person at the terminal: print no stack trace. */
export class StackError extends Error {
  override readonly name = 'StackError';
}
