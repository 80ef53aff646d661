import { CommanderError, InvalidArgumentError, type Command } from 'commander';
import { Refusal, WrongUsage } from './refusal.ts';

/** Runs a tool: 0 done, 1 refused (one line on standard error), 2 wrong usage. */
export async function runCommand(program: Command): Promise<number> {
  try {
    await program.parseAsync();
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof Refusal) && !(error instanceof RangeError)) throw error;
    process.stderr.write(`${program.name()}: ${error.message.split('\n')[0]}\n`);
    return error instanceof WrongUsage ? 2 : 1;
  }
}

/** For commander: a whole number from `least`. */
export const wholeNumber =
  (least: number) =>
  (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`must be a whole number from ${least}.`);
  };
