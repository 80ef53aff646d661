import { Command, Option } from 'commander';
import { endOperation, type OperationOutcome } from './promotion/hub/end-operation.ts';
import { endOnSignal } from './promotion/interruption.ts';
import { addHubOptions, applicationsOf, type HubOptions } from './promotion/options.ts';
import type { Pin } from './promotion/pins.ts';
import { announcePullRequest } from './promotion/pull-request.ts';
import { WrongUsage } from './refusal.ts';
import { operationsReport, rollbackReport } from './promotion/report.ts';
import { openRepository } from './promotion/repository.ts';
import { regionsOfWave, targetOf } from './promotion/target.ts';
import { currentPins, rollback } from './promotion/rollback.ts';
import { allNamed, named, runCommand, wholeNumber } from './run-command.ts';

type Options = HubOptions & {
  readonly region?: string[];
  readonly wave?: number;
  readonly remote: string;
  readonly push?: true;
  readonly operationsOnly?: true;
  readonly json?: true;
};

const program = addHubOptions(
  new Command('rollback')
    .description('Puts the pins of regions back to the last revision that was verified there.')
    .argument('<environment>', 'staging or production', named('name an environment'))
    .option('--region <name...>', 'which regions', allNamed('name a region'))
    .addOption(
      new Option('--wave <number>', 'instead: the regions of this wave')
        .argParser(wholeNumber(1))
        .conflicts('region'),
    )
    .option('--remote <name>', 'the git remote', named('name a remote'), 'origin')
    .option('--push', 'push the branch, and open the pull request where gh is installed')
    .option('--operations-only', 'move no pin: end what runs of another revision than the pins on main')
    .option('--json', 'print the result as JSON'),
)
  .addHelpText(
    'after',
    '\nA rollback waits for an operation that runs. With --kubeconfig or --context one of another revision is ended; with' +
      '\n--application-json the command that would end it is printed.' +
      '\nExit codes: 0 a branch was made, 1 refused, or an operation could not be ended, 2 wrong usage.',
  )
  .showHelpAfterError('(scripts/rollback --help lists the options)')
  .exitOverride()
  .action(async (name: string, options: Options) => {
    const { wave, region: given, push } = options;
    if (wave === undefined && given === undefined)
      throw new WrongUsage('which regions? give --region or --wave');
    const repository = openRepository(process.cwd());
    const target = await targetOf(repository, options.remote, name);
    const regions = wave === undefined ? (given ?? []) : regionsOfWave(target.environment, wave);
    const asked = { target, regions, push: push === true };
    if (options.operationsOnly) {
      const operations = await endAll(await currentPins(repository, asked), options);
      process.stdout.write(
        options.json ? `${JSON.stringify({ operations }, null, 2)}\n` : `${operationsReport(operations)}\n`,
      );
      return;
    }
    const result = await rollback(repository, asked);
    if (!options.json) process.stdout.write(`${rollbackReport(result)}\n`);
    const operations = await endAll(result.moved, options);
    process.stdout.write(
      options.json
        ? `${JSON.stringify({ ...result, operations }, null, 2)}\n`
        : `${operationsReport(operations)}\n`,
    );
    if (result.push !== 'branch') return;
    const body = result.from.map(({ region, revision }) => `${region} was at ${revision}`).join('\n');
    await announcePullRequest(repository, { ...result, body });
  });

async function endAll(pins: readonly Pin[], options: Options): Promise<readonly OperationOutcome[]> {
  const { applicationJson, kubeconfig, context } = options;
  const isGiven = [applicationJson, kubeconfig, context].some((value) => value !== undefined);
  const outcomes: OperationOutcome[] = [];
  for (const pin of pins)
    outcomes.push(await endOperation(pin, isGiven ? applicationsOf(options) : 'nowhere'));
  if (outcomes.some(({ failed }) => failed)) process.exitCode = 1;
  return outcomes;
}

endOnSignal();
process.exitCode = await runCommand(program);
