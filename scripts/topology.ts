import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { named, runCommand } from './run-command.ts';

type Options = {
  readonly environment: string;
  readonly out?: string;
  readonly html?: true;
  readonly json?: true;
};

const command = new Command('topology')
  .description(
    'Draws the rendered fleet: regions, programs with their pods, data systems, flows and mirrors.',
  )
  .argument(
    '[tree]',
    'a folder like dist, or a git revision',
    named('name a git revision or a folder'),
    'dist',
  )
  .option('--environment <name>', 'which environment', named('name an environment'), 'production')
  .option('--out <file>', 'write to this file instead of standard output')
  .option('--html', 'a page around the SVG')
  .option('--json', 'what is drawn, as JSON')
  .addHelpText(
    'after',
    '\nExit codes: 0 drawn, 2 wrong usage, nothing to read, or a file that cannot be written.',
  )
  .showHelpAfterError('(scripts/topology --help lists the options)')
  .exitOverride()
  .action(act);

async function act(source: string, { environment, out, html, json }: Options): Promise<void> {
  if (html && json) throw new RangeError('--html and --json exclude each other');
  // Loaded here: prices are a source of the fleet, and may be in the middle of a merge.
  const { pictureOf } = await import('./fleet/picture/model.ts');
  const { htmlOf, svgOf } = await import('./fleet/picture/svg.ts');
  const { readTree, requireEnvironment } = await import('./fleet/tree.ts');
  const tree = await readTree(source, { repository: process.cwd(), environment });
  requireEnvironment([tree], environment);
  const picture = pictureOf(environment, tree.environments.get(environment)!);
  const content = json ? `${JSON.stringify(picture, null, 2)}\n` : html ? htmlOf(picture) : svgOf(picture);
  if (out === undefined) process.stdout.write(content);
  else await writeFile(out, content);
}

process.exitCode = await runCommand(command, 2);
