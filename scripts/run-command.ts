import { CommanderError, InvalidArgumentError, type Command } from 'commander';
import { outliveReaders } from '../platform/closed-output.ts';
import { sourceFaultOf } from '../platform/source-fault.ts';
import { Refusal } from './refusal.ts';

/**
 * Parses the command line and runs the tool. What is refused, what the system refuses (a file that cannot be written), and
 * sources that the tool loads and cannot, are one line on standard error; anything else is a mistake of ours and is thrown.
 * @param refusedWith the exit code of a RangeError and of a system error
 * @returns what the tool exits with: 2 for wrong usage, else what its action set
 */
export async function runCommand(program: Command, refusedWith: 1 | 2 = 1): Promise<number> {
  outliveReaders();
  try {
    await program.parseAsync();
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const exitCode = error instanceof Refusal ? error.exitCode : refusedWith;
    const told = toldOf(error);
    if (told === undefined) throw error;
    process.stderr.write(`${program.name()}: ${told}\n`);
    return exitCode;
  }
}

function toldOf(error: unknown): string | undefined {
  if (error instanceof Refusal || error instanceof RangeError || isOfTheSystem(error))
    return error.message.split('\n')[0]!;
  return sourceFaultOf(error);
}

function isOfTheSystem(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && 'syscall' in error;
}

/** For commander: a whole number from `least`. */
export const wholeNumber =
  (least: number) =>
  (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`must be a whole number from ${least}.`);
  };

/** For commander: a text with something in it; a variable that was not set would pass for "everything" or "the default". */
export const named =
  (what: string) =>
  (text: string): string => {
    if (text.trim() !== '') return text;
    throw new InvalidArgumentError(`must not be empty: ${what}.`);
  };

/** The same of an option that takes several. */
export const allNamed = (what: string) => (text: string, before: readonly string[] | undefined) => [
  ...(before ?? []),
  named(what)(text),
];
