import { Command } from 'commander';
import { environmentNamed } from '../environments/index.ts';
import { rollback } from './promotion/promote.ts';
import { reportOf } from './promotion/report.ts';
import { openRepository } from './promotion/repository.ts';
import { runCommand } from './promotion/run-command.ts';

type Options = {
  readonly region: string[];
  readonly remote: string;
  readonly push?: true;
  readonly json?: true;
};

const program = new Command('rollback')
  .description('Puts the pins of regions back to the last revision that was verified there.')
  .argument('<environment>', 'staging or production')
  .requiredOption('--region <name...>', 'which regions')
  .option('--remote <name>', 'the git remote', 'origin')
  .option('--push', 'push the branch')
  .option('--json', 'print the result as JSON')
  .addHelpText('after', '\nExit codes: 0 a branch was made, 1 refused, 2 wrong usage.')
  .showHelpAfterError('(scripts/rollback --help lists the options)')
  .exitOverride()
  .action(async (name: string, { region, remote, push, json }: Options) => {
    const result = await rollback(openRepository(process.cwd()), {
      environment: environmentNamed(name),
      regions: region,
      remote,
      push: push === true,
      now: new Date(),
    });
    process.stdout.write(`${json ? JSON.stringify(result, null, 2) : reportOf(result)}\n`);
  });

process.exitCode = await runCommand(program);
