import { Command, CommanderError, Option } from 'commander';
import { createLogUpdate } from 'log-update';
import type { LocalStackName } from '../environments/local.ts';
import { outliveReaders } from '../platform/closed-output.ts';
import { openSources } from './auditor/local-sources.ts';
import { whatRuns } from './explain-failure.ts';
import { rebuildOrderHistory, type RebuildOptions, type RebuildReport } from './rebuild-order-history.ts';
import { stackFromEnvironment } from './stack/index.ts';

type Options = { readonly stack: LocalStackName; readonly json?: true };

function commands(): Command {
  const program = new Command('rebuild')
    .description('Rebuilds a read model from the events, while orders keep coming.')
    .addOption(
      new Option('--stack <name>', 'which local stack').choices(['dev', 'test', 'bench']).default('dev'),
    )
    .option('--json', 'print the result as JSON (progress goes to standard error)')
    .addHelpText('after', '\nExit codes: 0 rebuilt, 1 a system is away or failed, 2 wrong usage.')
    .showHelpAfterError('(scripts/rebuild --help lists the commands)')
    .exitOverride();
  program
    .command('order-history')
    .description("the customers' lists of orders (Mongo order_history)")
    .exitOverride()
    .action(async (_options, sub: Command) => {
      const { stack, json } = sub.optsWithGlobals<Options>();
      const opened = openSources(stackFromEnvironment(stack));
      const progress = progressOn(json ? process.stderr : process.stdout);
      try {
        const report = await rebuildOrderHistory(opened.sources, { onProgress: progress.show });
        progress.finish();
        process.stdout.write(`${json ? JSON.stringify(report, null, 2) : textOf(report)}\n`);
      } finally {
        progress.finish();
        await opened.close();
      }
    });
  return program;
}

/** Redrawn on a terminal; elsewhere a line every two seconds. */
function progressOn(stream: NodeJS.WriteStream): {
  readonly show: NonNullable<RebuildOptions['onProgress']>;
  readonly finish: () => void;
} {
  const update = stream.isTTY && stream.columns > 0 ? createLogUpdate(stream) : undefined;
  let nextMs = 0;
  return {
    show({ orders, perSecond }) {
      const now = performance.now();
      if (now < nextMs) return;
      nextMs = now + (update ? 100 : 2000);
      const line = `${orders} orders, ${perSecond}/s`;
      if (update) update(line);
      else stream.write(`${line}\n`);
    },
    finish: () => update?.done(),
  };
}

function textOf({ orders, events, durationMs, ordersPerSecond, strays, before }: RebuildReport): string {
  const { documents, differing, missing, checksum, checksumOfEvents } = before;
  const verdict =
    checksum === checksumOfEvents && missing === 0
      ? `it was what the events say (${checksum})`
      : `${differing} differed from the events and ${missing} were missing (${checksum}, should be ${checksumOfEvents})`;
  return [
    `${orders} orders of ${events} events rebuilt in ${(durationMs / 1000).toFixed(1)} s (${ordersPerSecond}/s)`,
    `the read model before: ${documents} documents, and ${strays} of no order; ${verdict}`,
  ].join('\n');
}

async function main(): Promise<number> {
  outliveReaders();
  try {
    await commands().parseAsync();
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof Error)) throw error;
    const isUsage = error instanceof RangeError;
    process.stderr.write(`rebuild: ${error.message}${isUsage ? '' : ` (${whatRuns})`}\n`);
    return isUsage ? 2 : 1;
  }
}

process.exitCode = await main();
