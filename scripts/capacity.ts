import { Command } from 'commander';
import type { CapacityReport } from './fleet/capacity/render.ts';
import { named, runCommand } from './run-command.ts';

type Options = { readonly environment: string; readonly json?: true; readonly check?: true };

const command = new Command('capacity')
  .description('Adds up what the rendered fleet asks for, beside the figures of the system design.')
  .argument(
    '[tree]',
    'a folder like dist, or a git revision',
    named('name a git revision or a folder'),
    'dist',
  )
  .option(
    '--environment <name>',
    'which environment; the figures are those of production',
    named('name an environment'),
    'production',
  )
  .option('--json', 'print the report as JSON')
  .option('--check', 'exit with 1 when a figure differs that docs/seed-deviations.md does not name')
  .addHelpText(
    'after',
    '\nSums are requests. A pod is counted once for each replica, from the least to the most that its scaler runs.' +
      '\nExit codes: 0 added up, 1 a figure differs (--check), 2 wrong usage or nothing to read.',
  )
  .showHelpAfterError('(scripts/capacity --help lists the options)')
  .exitOverride()
  .action(act);

async function act(source: string, { environment, json, check }: Options): Promise<void> {
  // Loaded here: prices are a source of the fleet, and may be in the middle of a merge.
  const { compareFigures } = await import('./fleet/capacity/compare-figures.ts');
  const { renderCapacity } = await import('./fleet/capacity/render.ts');
  const { sumsOf } = await import('./fleet/capacity/sums.ts');
  const { documentFigures } = await import('./fleet/document-figures.ts');
  const { readTree, requireEnvironment } = await import('./fleet/tree.ts');
  const tree = await readTree(source, { repository: process.cwd(), environment });
  requireEnvironment([tree], environment);
  const regions = tree.environments.get(environment)!;
  const report: CapacityReport = {
    environment,
    regions: sumsOf(regions),
    figures: compareFigures(documentFigures, regions),
  };
  process.stdout.write(`${json ? JSON.stringify(report, null, 2) : renderCapacity(report)}\n`);
  if (check && report.figures.some(({ verdict }) => verdict === 'differs')) process.exitCode = 1;
}

process.exitCode = await runCommand(command, 2);
