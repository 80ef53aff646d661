import { ExecaError } from 'execa';

const linesOfOutput = 3;

/** For who asks a stack for something that does not answer. */
export const whatRuns = 'scripts/up status shows what runs';

/**
 * What the machine or a program that was run has against what was asked for (a full disk, a folder that may not be written,
 * a program that failed), in words; undefined for a fault of ours, which a stack trace explains.
 */
export function explainFailure(error: unknown): string | undefined {
  if (error instanceof ExecaError) {
    const output = [error.stdout, error.stderr].filter((text) => typeof text === 'string').join('\n');
    const last = output.split('\n').filter((line) => line.trim() !== '');
    return [error.shortMessage, ...last.slice(-linesOfOutput)].join('\n  ');
  }
  if (error instanceof Error && 'syscall' in error && 'code' in error) return error.message;
  return undefined;
}
