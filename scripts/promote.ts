import { Command } from 'commander';
import { eventSchemasAt } from './promotion/contracts/event-schemas.ts';
import type { Evidence } from './promotion/gates/after.ts';
import {
  addHubOptions,
  applicationsOf,
  byRegion,
  holdOf,
  holdOptions,
  type HoldOptions,
  type HubOptions,
} from './promotion/options.ts';
import { endOnSignal } from './promotion/interruption.ts';
import { promote } from './promotion/promote.ts';
import { announcePullRequest } from './promotion/pull-request.ts';
import { WrongUsage } from './refusal.ts';
import { gatesMarkdown, promotionReport } from './promotion/report.ts';
import { openRepository } from './promotion/repository.ts';
import { regionsOfWave, targetOf, type Wave } from './promotion/target.ts';
import { named, runCommand, wholeNumber } from './run-command.ts';
import { tellVerified } from './promotion/tell-verified.ts';
import { verify } from './promotion/verify.ts';

type Options = HubOptions &
  HoldOptions & {
    readonly wave: Wave;
    readonly revision?: string;
    readonly remote: string;
    readonly push?: true;
    readonly render: boolean;
    readonly after?: true;
    readonly audit: readonly string[];
    readonly prometheus: readonly string[];
    readonly json?: true;
  };

const program = addHubOptions(
  new Command('promote')
    .description(
      'Moves the pins of one wave to a release, on a branch for a pull request, if every gate says yes.',
    )
    .argument('<environment>', 'staging or production', named('name an environment'))
    .requiredOption(
      '--wave <number>',
      'which wave, counted from 1; all for the first release of an environment',
      waveNumber,
    )
    .option(
      '--revision <name>',
      'what to run (default: the newest release for wave 1, what the wave before runs for the others)',
      named('name a revision'),
    )
    .option('--remote <name>', 'the git remote', named('name a remote'), 'origin')
    .option('--push', 'push the branch, and open the pull request where gh is installed')
    .option('--no-render', 'do not render the revision again to compare its dist/')
    .option('--after', 'instead: look at the wave after its pins moved, and record it as verified')
    .option(
      '--audit <region=file...>',
      'with --after: audits as JSON, of the region or the one that keeps its data',
      [],
    )
    .option('--prometheus <region=address...>', 'with --after: each region’s Prometheus', [])
    .option('--json', 'print the result as JSON'),
)
  .addHelpText('after', '\nExit codes: 0 a branch was made, 1 a gate or git refused, 2 wrong usage.')
  .showHelpAfterError('(scripts/promote --help lists the options)')
  .exitOverride()
  .action((name: string, options: Options) => {
    requireFitting(options.after === true);
    return options.after ? after(name, options) : before(name, options);
  });
for (const option of holdOptions()) program.addOption(option);

const orNumber = wholeNumber(1);

function waveNumber(text: string): Wave {
  return text === 'all' ? text : orNumber(text);
}

/** Whoever forgets `--after` would move pins. @throws WrongUsage for an option that only the other use of the tool reads */
function requireFitting(isAfter: boolean): void {
  const foreign = isAfter
    ? ['revision', 'render']
    : ['audit', 'prometheus', 'applicationJson', 'kubeconfig', 'context', 'soak', 'since'];
  const given = program.options.find(
    (option) =>
      foreign.includes(option.attributeName()) &&
      program.getOptionValueSource(option.attributeName()) === 'cli',
  );
  if (given) throw new WrongUsage(`${given.long} ${isAfter ? 'does not go with' : 'is for'} --after`);
}

async function before(name: string, options: Options): Promise<void> {
  const repository = openRepository(process.cwd());
  const result = await promote(repository, {
    target: await targetOf(repository, options.remote, name),
    wave: options.wave,
    revision: options.revision,
    push: options.push === true,
    now: new Date(),
    render: options.render ? ['cdk8s', 'synth', '--check-upgrade=false'] : null,
    eventSchemas: eventSchemasAt,
  });
  process.stdout.write(`${options.json ? JSON.stringify(result, null, 2) : promotionReport(result)}\n`);
  if (!('branch' in result)) process.exitCode = 1;
  else if (result.push === 'branch') {
    await announcePullRequest(repository, { ...result, body: gatesMarkdown(result.gates) });
  }
}

async function after(name: string, options: Options): Promise<void> {
  const repository = openRepository(process.cwd());
  const target = await targetOf(repository, options.remote, name);
  const regions = regionsOfWave(target.environment, options.wave);
  const everyRegion = target.environment.regions;
  const audits = byRegion('--audit', options.audit, regions, everyRegion);
  const addresses = byRegion('--prometheus', options.prometheus, regions, everyRegion);
  const evidence = new Map(
    regions.map((region): [string, Evidence] => {
      const [prometheus, another] = addresses.get(region) ?? [];
      if (another !== undefined) throw new WrongUsage(`--prometheus: ${region} has two`);
      const audit = audits.get(region) ?? [];
      return [
        region,
        { applications: applicationsOf(options), audits: audit, prometheus, hold: holdOf(options) },
      ];
    }),
  );
  const result = await verify(repository, {
    target,
    evidence,
    now: new Date(),
    record: options.push ? 'branch' : 'not-yet',
  });
  await tellVerified(repository, result, options.json === true);
}

endOnSignal();
process.exitCode = await runCommand(program);
