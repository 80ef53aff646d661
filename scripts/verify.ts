import { Command } from 'commander';
import { endOnSignal } from './promotion/interruption.ts';
import {
  addHubOptions,
  applicationsOf,
  holdOf,
  holdOptions,
  httpAddress,
  type HoldOptions,
  type HubOptions,
} from './promotion/options.ts';
import { openRepository } from './promotion/repository.ts';
import { named, runCommand } from './run-command.ts';
import { targetOf } from './promotion/target.ts';
import { tellVerified } from './promotion/tell-verified.ts';
import { verify } from './promotion/verify.ts';

type Options = HubOptions &
  HoldOptions & {
    readonly audit: readonly string[];
    readonly prometheus?: string;
    readonly record?: true;
    readonly push?: true;
    readonly remote: string;
    readonly json?: true;
  };

const program = addHubOptions(
  new Command('verify')
    .description('Says whether a region is healthy at exactly the revision of its pin, and since when.')
    .argument('<environment>', 'staging or production', named('name an environment'))
    .argument('<region>', 'which region', named('name a region')),
)
  .option('--audit <file...>', 'audits as JSON: of the region, or of the one that keeps its data', [])
  .option('--prometheus <address>', 'the region’s Prometheus', httpAddress)
  .option('--record', 'record the pin as verified, on a branch: the next wave and a rollback go by it')
  .option('--push', 'push that branch, and open the pull request where gh is installed')
  .option('--remote <name>', 'the git remote, whose main has the pins', named('name a remote'), 'origin')
  .option('--json', 'print the result as JSON')
  .addHelpText('after', '\nExit codes: 0 every gate says yes, 1 one says no or was not asked, 2 wrong usage.')
  .showHelpAfterError('(scripts/verify --help lists the options)')
  .exitOverride()
  .action(async (name: string, region: string, options: Options) => {
    const repository = openRepository(process.cwd());
    const { audit: audits, prometheus } = options;
    const result = await verify(repository, {
      target: await targetOf(repository, options.remote, name),
      evidence: new Map([
        [region, { applications: applicationsOf(options), audits, prometheus, hold: holdOf(options) }],
      ]),
      now: new Date(),
      record: recordOf(options),
    });
    await tellVerified(repository, result, options.json === true);
  });
for (const option of holdOptions()) program.addOption(option);

function recordOf({ record, push }: Options): 'none' | 'not-yet' | 'branch' {
  if (push) return 'branch';
  return record ? 'not-yet' : 'none';
}

endOnSignal();
process.exitCode = await runCommand(program);
