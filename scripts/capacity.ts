import { Command, CommanderError } from 'commander';
import { compareFigures } from './fleet/capacity/compare-figures.ts';
import { renderCapacity, type CapacityReport } from './fleet/capacity/render.ts';
import { sumsOf } from './fleet/capacity/sums.ts';
import { documentFigures } from './fleet/document-figures.ts';
import { readTree, requireEnvironment } from './fleet/tree.ts';

type Options = { readonly environment: string; readonly json?: true; readonly check?: true };

const command = new Command('capacity')
  .description('Adds up what the rendered fleet asks for, beside the figures of the system design.')
  .argument('[tree]', 'a folder like dist, or a git revision', 'dist')
  .option('--environment <name>', 'which environment; the figures are those of production', 'production')
  .option('--json', 'print the report as JSON')
  .option('--check', 'exit with 1 when a figure differs that docs/seed-deviations.md does not name')
  .addHelpText(
    'after',
    '\nSums are requests. A pod is counted once for each replica, from the least to the most that its scaler runs.' +
      '\nExit codes: 0 added up, 1 a figure differs (--check), 2 wrong usage or nothing to read.',
  )
  .showHelpAfterError('(scripts/capacity --help lists the options)')
  .exitOverride();

async function main(): Promise<number> {
  try {
    command.parse();
    const { environment, json, check } = command.opts<Options>();
    const source = command.args[0] ?? 'dist';
    const tree = await readTree(source, { repository: process.cwd(), environment });
    requireEnvironment([tree], environment);
    const regions = tree.environments.get(environment)!;
    const report: CapacityReport = {
      environment,
      regions: sumsOf(regions),
      figures: compareFigures(documentFigures, regions),
    };
    process.stdout.write(`${json ? JSON.stringify(report, null, 2) : renderCapacity(report)}\n`);
    return check && report.figures.some(({ verdict }) => verdict === 'differs') ? 1 : 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof RangeError)) throw error;
    process.stderr.write(`capacity: ${error.message}\n`);
    return 2;
  }
}

process.exitCode = await main();
