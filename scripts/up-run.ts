import { topics } from '../contracts/topics.ts';
import type { LocalStack } from '../environments/local.ts';
import { killStack, startStack, stopStack } from './stack/index.ts';
import { runPlatform } from './up-platform.ts';
import { createProgress, type Progress } from './up-progress.ts';

export type RunOptions = { readonly once: boolean; readonly json: boolean; readonly orders: boolean };

/** Starts the stack, runs the platform on it, and ends both; returns the exit code. */
export async function runStack(stack: LocalStack, options: RunOptions): Promise<number> {
  const progress = createProgress(options.json ? process.stderr : process.stdout);
  const { signal, release } = listenForEnd(stack, progress);
  let started = false;
  try {
    await startStack(stack, {
      topics: Object.values(topics).map(({ name }) => name),
      signal,
      onProgress: (event) => progress.event(event),
      onServerExit: ({ name, code, signal: by, expected }) => {
        if (!expected && !signal.aborted)
          progress.line(`${name} ended (${by ?? `exit code ${code}`}): scripts/up logs ${name}`);
      },
    });
    started = true;
    return await runPlatform({ stack, ...options, progress, signal });
  } catch (error) {
    progress.finish();
    // The programs that a start runs get the same Ctrl-C, so what they then say is no news.
    if (signal.aborted && (!started || isAbort(error, signal))) return 130;
    throw error;
  } finally {
    progress.finish();
    if (started) await stopStack(stack);
    release();
  }
}

// Whether a step ended because the signal asked it to, and not by a fault of its own on the way down.
function isAbort(error: unknown, signal: AbortSignal): boolean {
  return error === signal.reason || (error instanceof Error && error.name === 'AbortError');
}

// The first signal asks everything to end in order, the next one ends it at once.
function listenForEnd(stack: LocalStack, progress: Progress): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) {
      killStack(stack);
      process.exit(130);
    }
    controller.abort(new Error('ended by a signal'));
    progress.line('Stopping … (Ctrl-C again to end at once)');
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of signals) process.on(name, onSignal);
  return { signal: controller.signal, release: () => signals.forEach((name) => process.off(name, onSignal)) };
}
