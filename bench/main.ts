import { join } from 'node:path';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { outliveReaders } from '../platform/closed-output.ts';
import { stackFolders } from '../scripts/stack/folders.ts';
import { stackFromEnvironment, stopStack } from '../scripts/stack/index.ts';
import type { Benchmark } from './bench.ts';
import { complete } from './benchmarks/complete.ts';
import { eventPath } from './benchmarks/event-path.ts';
import { history } from './benchmarks/history.ts';
import { latency } from './benchmarks/latency.ts';
import { latencyCurve } from './benchmarks/latency-curve.ts';
import { measureAll } from './measure-all.ts';
import { memory } from './benchmarks/memory.ts';
import { placement } from './benchmarks/placement.ts';
import { synth } from './benchmarks/synth.ts';
import { exitCodeOf, renderReport, writeReport } from './report/report.ts';

const benchmarks: readonly Benchmark[] = [
  placement,
  complete,
  latency,
  latencyCurve,
  eventPath,
  history,
  memory,
  synth,
];

type Options = {
  readonly json?: string;
  readonly seconds?: number;
  readonly runs?: number;
  readonly quick?: true;
  readonly full?: true;
  readonly strict?: true;
  readonly list?: true;
};

function program(): Command {
  return new Command('bench')
    .description('Measures the platform on this machine, on a stack of its own.')
    .argument('[name...]', `which benchmarks: ${benchmarks.map(({ name }) => name).join(', ')}; all of them`)
    .option('--json <file>', 'also write the results there')
    .option('--seconds <n>', 'length of one measurement', positive)
    .option('--runs <n>', 'how often each is repeated, for the median (3; 1 with --quick)', positive)
    .option('--quick', 'only to see that everything works: the figures say little')
    .option('--full', 'the lengths of a release: 10 minutes for memory')
    .option('--strict', 'exit with 1 when a target is missed')
    .option('--list', 'list the benchmarks')
    .addHelpText(
      'after',
      '\nExit codes: 0 everything ran, 1 something failed, 2 wrong usage, 130 ended by Ctrl-C.',
    )
    .showHelpAfterError('(npm run bench -- --help lists the options)')
    .exitOverride();
}

function positive(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('a whole number from 1');
  return number;
}

function chosen(command: Command, names: readonly string[]): readonly Benchmark[] {
  const unknown = names.find((name) => !benchmarks.some((one) => one.name === name));
  if (unknown !== undefined) command.error(`error: there is no benchmark ${unknown}`, { exitCode: 2 });
  return names.length === 0 ? benchmarks : benchmarks.filter(({ name }) => names.includes(name));
}

/** Ends the servers, and with them the harness. @returns tells that what fails from now on fails because of that. */
function endOnSignal(): AbortSignal {
  const ending = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(name, () => {
      process.stderr.write('Stopping …\n');
      ending.abort();
      void stopStack(stackFromEnvironment('bench')).finally(() => process.exit(130));
    });
  }
  return ending.signal;
}

async function main(): Promise<number> {
  outliveReaders();
  const command = program();
  let ending: AbortSignal | undefined;
  try {
    command.parse();
    const options = command.opts<Options>();
    const selection = chosen(command, command.args);
    if (options.list) {
      for (const { name, summary } of benchmarks) process.stdout.write(`${name.padEnd(14)} ${summary}\n`);
      return 0;
    }
    ending = endOnSignal();
    const { seconds, quick = false, full = false, runs = quick ? 1 : 3 } = options;
    const stack = stackFromEnvironment('bench');
    const report = await measureAll(stack, selection, { seconds, runs, quick, full }, ending);
    const file = join(stackFolders(stack).state, 'results.json');
    writeReport(report, options.json === undefined ? [file] : [file, options.json]);
    process.stdout.write(renderReport(report));
    return exitCodeOf(report, options.strict === true);
  } catch (error) {
    if (ending?.aborted) return 130;
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}

process.exitCode = await main();
