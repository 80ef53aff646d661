import { once } from 'node:events';
import type { LocalStack } from '../environments/local.ts';
import type { Progress } from './up-progress.ts';

export type PlatformContext = {
  readonly stack: LocalStack;
  /** Run one journey and return, instead of running until the signal. */
  readonly once: boolean;
  readonly json: boolean;
  /** Whether to place sample orders. */
  readonly orders: boolean;
  readonly progress: Progress;
  /** Aborts when the person wants the stack to end. */
  readonly signal: AbortSignal;
};

/** Runs the platform on a stack whose servers are ready; returns the exit code. */
export async function runPlatform({ once: onlyOnce, signal }: PlatformContext): Promise<number> {
  if (!onlyOnce && !signal.aborted) await once(signal, 'abort');
  return 0;
}
