import { Command } from 'commander';
import type { Difference } from './fleet/difference/report.ts';
import { named, runCommand } from './run-command.ts';

type Options = {
  readonly environment?: string;
  readonly json?: true;
  readonly failOnRedFlags?: true;
};

const treeName = named('name a git revision or a folder');
const command = new Command('diff')
  .description('Says what a change of the rendered fleet does, as Markdown for a pull request.')
  .argument('<base>', 'what is rolled out: a git revision, or a folder like dist', treeName)
  .argument('<head>', 'what is to come: likewise', treeName)
  .option('--environment <name>', 'only this environment', named('name an environment'))
  .option('--json', 'print the difference as JSON, uncut')
  .option('--fail-on-red-flags', 'exit with 1 when there is a red flag')
  .addHelpText(
    'after',
    '\nA name that is both is the folder. Of a revision, dist/ is read without a checkout.' +
      '\nPods, CPU, memory and dollars are requests at the least and at the most that scalers run; managed services are' +
      '\nnot in them. Exit codes: 0 compared, 1 red flags with --fail-on-red-flags, 2 wrong usage or no such revision.',
  )
  .showHelpAfterError('(scripts/diff --help lists the options)')
  .exitOverride()
  .action(act);

async function act(base: string, head: string, given: Options): Promise<void> {
  // Loaded here: prices and the names of places are sources of the fleet, and may be in the middle of a merge.
  const { differenceOf } = await import('./fleet/difference/report.ts');
  const { jsonOf } = await import('./fleet/difference/json-report.ts');
  const { markdownOf } = await import('./fleet/difference/markdown.ts');
  const { readTree, requireEnvironment } = await import('./fleet/tree.ts');
  const { environment, json, failOnRedFlags } = given;
  const options = {
    repository: process.cwd(),
    withEdge: true as const,
    ...(environment === undefined ? {} : { environment }),
  };
  const [was, is] = await Promise.all([readTree(base, options), readTree(head, options)]);
  requireEnvironment([was, is], environment);
  const difference = differenceOf(was, is);
  process.stdout.write(json ? `${JSON.stringify(jsonOf(difference), null, 2)}\n` : markdownOf(difference));
  if (failOnRedFlags && isFlagged(difference)) process.exitCode = 1;
}

function isFlagged({ environments }: Difference): boolean {
  return environments.some(({ redFlags }) => redFlags.length > 0);
}

process.exitCode = await runCommand(command, 2);
