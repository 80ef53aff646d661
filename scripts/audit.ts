import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import type { LocalStackName } from '../environments/local.ts';
import { outliveReaders } from '../platform/closed-output.ts';
import { auditStack, exitCodes, renderAudit, type Acknowledged } from './auditor/index.ts';
import { WrongUsage } from './refusal.ts';
import { stackFromEnvironment } from './stack/index.ts';

type Options = {
  readonly stack: LocalStackName;
  readonly json?: true;
  readonly settleMs: number;
  readonly acknowledged?: string;
  readonly sinceLastClean?: true;
};

const command = new Command('audit')
  .description('Checks the invariants of the design over all systems of a running stack, also under load.')
  .addOption(
    new Option('--stack <name>', 'which local stack').choices(['dev', 'test', 'bench']).default('dev'),
  )
  .option('--json', 'print the report as JSON')
  .option('--settle-ms <ms>', 'how long to wait until nothing is under way', milliseconds, 15_000)
  .option('--acknowledged <file>', 'orders that clients were told of: lines of {"orderId", "totalMinor"?}')
  .option(
    '--since-last-clean',
    'only what has changed since the last clean audit with this option, or all where there was none; leaves the next checkpoint',
  )
  .addHelpText(
    'after',
    '\nExit codes: 0 clean, 1 violations, 2 wrong usage, 3 could not check (a system is away).',
  )
  .showHelpAfterError('(scripts/audit --help lists the options)')
  .exitOverride();

function milliseconds(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('a number of ms, 0 or more');
  return value;
}

const acknowledgedLine = z.object({ orderId: z.string().min(1), totalMinor: z.int().optional() });

async function* acknowledgedIn(file: string): AsyncGenerator<Acknowledged> {
  let number = 0;
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    number += 1;
    if (line.trim() === '') continue;
    const { orderId, totalMinor } = acknowledgedOn(line, `${file}, line ${number}`);
    yield totalMinor === undefined ? { orderId } : { orderId, totalMinor };
  }
}

/** @throws WrongUsage that says where and what is wrong. */
function acknowledgedOn(line: string, where: string): z.infer<typeof acknowledgedLine> {
  const read = acknowledgedLine.safeParse(jsonOn(line, where));
  if (read.success) return read.data;
  const [{ path, message }] = read.error.issues as [z.core.$ZodIssue];
  throw new WrongUsage(`${where}: ${[...path, message].join(': ')}`);
}

function jsonOn(line: string, where: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new WrongUsage(`${where}: no JSON`, { cause });
  }
}

async function main(): Promise<number> {
  outliveReaders();
  try {
    command.parse();
    const { stack, json, settleMs, acknowledged, sinceLastClean = false } = command.opts<Options>();
    if (acknowledged !== undefined) await access(acknowledged);
    const report = await auditStack(stackFromEnvironment(stack), {
      settleMs,
      sinceLastClean,
      ...(acknowledged === undefined ? {} : { acknowledged: acknowledgedIn(acknowledged) }),
    });
    process.stdout.write(`${json ? JSON.stringify(report, null, 2) : renderAudit(report)}\n`);
    return exitCodes[report.verdict];
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!isUsage(error)) throw error;
    process.stderr.write(`audit: ${error.message}\n`);
    return 2;
  }
}

/** A port offset or a file of acknowledged orders that cannot be used. */
function isUsage(error: unknown): error is Error {
  if (error instanceof RangeError || error instanceof WrongUsage) return true;
  return (
    error instanceof Error && 'syscall' in error && ['access', 'open', 'read'].includes(String(error.syscall))
  );
}

process.exitCode = await main();
