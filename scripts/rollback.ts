import { Command, Option } from 'commander';
import { pinnedEnvironment, regionsOfWave } from './promotion/environment.ts';
import { decideOperation } from './promotion/hub/operation.ts';
import { endCommand, getCommand, runKubectl, shellOf } from './promotion/hub/kubectl.ts';
import { readApplication } from './promotion/hub/read.ts';
import { addHubOptions, applicationsOf, type HubOptions } from './promotion/options.ts';
import type { Pin } from './promotion/pins.ts';
import { openPullRequest } from './promotion/pull-request.ts';
import { Refusal, WrongUsage } from './promotion/refusal.ts';
import { rollbackReport } from './promotion/report.ts';
import { openRepository } from './promotion/repository.ts';
import { rollback } from './promotion/rollback.ts';
import { runCommand, wholeNumber } from './promotion/run-command.ts';

type Options = HubOptions & {
  readonly region?: string[];
  readonly wave?: number;
  readonly remote: string;
  readonly push?: true;
  readonly json?: true;
};

const program = addHubOptions(
  new Command('rollback')
    .description('Puts the pins of regions back to the last revision that was verified there.')
    .argument('<environment>', 'staging or production')
    .option('--region <name...>', 'which regions')
    .addOption(
      new Option('--wave <number>', 'instead: the regions of this wave')
        .argParser(wholeNumber(1))
        .conflicts('region'),
    )
    .option('--remote <name>', 'the git remote', 'origin')
    .option('--push', 'push the branch, and open the pull request where gh is installed')
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
    const environment = pinnedEnvironment(name);
    const regions = options.wave === undefined ? options.region : regionsOfWave(environment, options.wave);
    if (regions === undefined) throw new WrongUsage('which regions? give --region or --wave');
    const repository = openRepository(process.cwd());
    const { remote, push } = options;
    const result = await rollback(repository, { environment, regions, remote, push: push === true });
    if (!options.json) process.stdout.write(`${rollbackReport(result)}\n`);
    const operations: string[] = [];
    for (const pin of result.moved) operations.push(await toldOperation(pin, options));
    process.stdout.write(
      options.json ? `${JSON.stringify({ ...result, operations }, null, 2)}\n` : `${operations.join('\n')}\n`,
    );
    if (result.push !== 'branch') return;
    const address = await openPullRequest(repository, { ...result, body: operations.join('\n') });
    if (address !== undefined) process.stderr.write(`opened ${address}\n`);
  });

/** What became of a region's operation. The branch is made by now: what fails here is told, and the rest goes on. */
async function toldOperation(pin: Pin, options: Options): Promise<string> {
  try {
    return `${pin.region}: ${await endOperation(pin, options)}`;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    process.exitCode = 1;
    return `${pin.region}: its operation could not be looked at or ended: ${error.message}`;
  }
}

/** Ends what runs of another revision, or says by which command. */
async function endOperation({ environment, region, revision }: Pin, options: Options): Promise<string> {
  const { applicationJson, kubeconfig, context } = options;
  const hub = { kubeconfig, context };
  if (applicationJson === undefined && kubeconfig === undefined && context === undefined) {
    return `whether an operation runs was not looked at: ${shellOf(getCommand(hub, environment, region))}`;
  }
  const { application } = await readApplication(applicationsOf(options), environment, region);
  const { action, reason } = decideOperation(application, revision);
  if (action === 'leave') return reason;
  const command = endCommand(hub, application);
  if (applicationJson !== undefined) return `${reason}; end it: ${shellOf(command)}`;
  const answer = await runKubectl(command);
  return answer === undefined
    ? `${reason}; there is no kubectl here: ${shellOf(command)}`
    : `${reason}; ended`;
}

process.exitCode = await runCommand(program);
