import { constants } from 'node:os';
import { Refusal } from '../refusal.ts';

const controller = new AbortController();

/** Aborted by Ctrl-C or a stop from outside: the programs that run are ended, and what was begun is taken away. */
export const interruption: AbortSignal = controller.signal;

/** The tool was stopped; it exits as a shell would tell it. */
export class Interrupted extends Refusal {
  override readonly name = 'Interrupted';
  override readonly exitCode: number = 128 + constants.signals[interruption.reason as NodeJS.Signals];
  constructor(what: string) {
    super(`stopped by ${String(interruption.reason)}: ${what}`);
  }
}

/** For the tools: a signal is no sudden end. A second one is. */
export function endOnSignal(): void {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (interruption.aborted) process.exit(128 + constants.signals[name]);
      controller.abort(name);
    });
  }
}
