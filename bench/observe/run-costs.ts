import { execa } from 'execa';
import { familyOf, rssMbOf } from './processes.ts';

export type ProgramRun = { readonly command: readonly [string, ...string[]]; readonly cwd: string };

/** Wall time of a program, in seconds. @throws ExecaError when it fails. */
export async function secondsOfRun({ command: [program, ...args], cwd }: ProgramRun): Promise<number> {
  const startedMs = performance.now();
  await execa(program, args, { cwd, stdout: 'ignore' });
  return (performance.now() - startedMs) / 1000;
}

/**
 * The most resident memory that a program and all below it had at once, in MB, looked at every 10 ms. Looking takes processor
 * time: the time of such a run says nothing. @throws ExecaError when it fails.
 */
export async function peakMbOfRun({ command: [program, ...args], cwd }: ProgramRun): Promise<number> {
  const running = execa(program, args, { cwd, stdout: 'ignore' });
  let peak = 0;
  const timer = setInterval(() => {
    if (running.pid === undefined) return;
    const total = familyOf(running.pid).reduce((sum, pid) => sum + rssMbOf({ name: '', pid }), 0);
    peak = Math.max(peak, total);
  }, 10);
  try {
    await running;
  } finally {
    clearInterval(timer);
  }
  return peak;
}
