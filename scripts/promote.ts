import { Command, InvalidArgumentError } from 'commander';
import { execa } from 'execa';
import { environmentNamed } from '../environments/index.ts';
import { promote } from './promotion/promote.ts';
import { reportOf } from './promotion/report.ts';
import { openRepository } from './promotion/repository.ts';
import { runCommand } from './promotion/run-command.ts';

type Options = {
  readonly wave: number;
  readonly revision?: string;
  readonly remote: string;
  readonly push?: true;
  readonly render: boolean;
  readonly json?: true;
};

const program = new Command('promote')
  .description(
    'Moves the pins of one wave to a revision, on a branch for a pull request, if every gate says yes.',
  )
  .argument('<environment>', 'staging or production')
  .requiredOption('--wave <number>', 'which wave, counted from 1', (text) => {
    if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('must be a whole number from 1.');
    return Number(text);
  })
  .option('--revision <name>', 'what to run (default: the remote’s main)')
  .option('--remote <name>', 'the git remote', 'origin')
  .option('--push', 'push the branch, and open the pull request where gh is installed')
  .option('--no-render', 'do not render the revision again to compare its dist/')
  .option('--json', 'print the result as JSON')
  .addHelpText('after', '\nExit codes: 0 a branch was made, 1 a gate or git refused, 2 wrong usage.')
  .showHelpAfterError('(scripts/promote --help lists the options)')
  .exitOverride()
  .action(async (name: string, options: Options) => {
    const result = await promote(openRepository(process.cwd()), {
      environment: environmentNamed(name),
      wave: options.wave,
      revision: options.revision,
      remote: options.remote,
      push: options.push === true,
      now: new Date(),
      render: options.render ? ['cdk8s', 'synth', '--check-upgrade=false'] : null,
    });
    process.stdout.write(`${options.json ? JSON.stringify(result, null, 2) : reportOf(result)}\n`);
    if (!('branch' in result)) process.exitCode = 1;
    else if (result.pushed) await openPullRequest(result.branch);
  });

/** With gh the pull request is opened; without it the report has told the command. */
async function openPullRequest(branch: string): Promise<void> {
  const { failed, exitCode } = await execa(
    'gh',
    ['pr', 'create', '--base', 'main', '--head', branch, '--fill'],
    {
      reject: false,
      stdout: process.stderr,
      stderr: process.stderr,
    },
  );
  // No exit code: there is no gh here.
  if (failed && exitCode !== undefined) process.exitCode = 1;
}

process.exitCode = await runCommand(program);
