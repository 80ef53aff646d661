import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { gateways } from './gateways/index.ts';
import { outliveReaders } from './platform/closed-output.ts';
import { configExitCode } from './platform/config.ts';
import { ConfigError } from './platform/errors.ts';
import { awaitSchema } from './composition/await-schema.ts';
import { prepareReadModels, runMigrations } from './composition/migrate.ts';
import { placeReadModels } from './composition/place-read-models.ts';
import { outboxServices } from './platform/relay.ts';
import { runProcess, type ProcessParts } from './composition/process.ts';
import { tasks, workers } from './workers/index.ts';

const workerNames = [...workers, ...tasks].map(({ name }) => name);
const gatewayNames = gateways.map(({ name }) => name);

type Actions = {
  readonly run: (parts: ProcessParts) => Promise<void>;
  readonly migrate: (options: { readModels?: true; moveRows?: true }) => Promise<void>;
  readonly awaitSchema: (options: { withinMs: number }) => Promise<void>;
  readonly place: () => Promise<void>;
};

function commands({ run, migrate, awaitSchema: waitFor, place }: Actions): Command {
  const program = new Command('main.ts')
    .description('Runs parts of the platform in this process, until SIGTERM, or migrates its databases.')
    .showHelpAfterError('(main.ts --help lists the commands)')
    .addHelpText('after', '\nExit codes: 0 ended in order, 1 failed, 2 wrong usage, 78 wrong configuration.')
    .exitOverride();
  program
    .command('gateway')
    .description('serves the HTTP gateways named')
    .argument('<name...>', gatewayNames.join(', '))
    .exitOverride()
    .action((names: string[]) => run(partsOf({ gateways: names })));
  program
    .command('worker')
    .description('runs the workers named')
    .argument('<name...>', workerNames.join(', '))
    .exitOverride()
    .action((names: string[]) => run(partsOf({ workers: names })));
  program
    .command('relay')
    .description('publishes the outboxes of the services named, or of all')
    .argument('[service...]', outboxServices.join(', '))
    .exitOverride()
    .action((names: string[]) => run(partsOf({ relays: names.length > 0 ? names : [...outboxServices] })));
  program
    .command('all')
    .description('runs everything, or what --only names')
    .option('--only <names>', 'comma-separated names of gateways and workers, and relay')
    .exitOverride()
    .action(({ only }: { only?: string }) =>
      run(only === undefined ? everything() : partsNamed(only.split(','))),
    );
  program
    .command('migrate')
    .description('brings the databases to the newest schema and ends; it may be repeated, also two at once')
    .option('--read-models', 'only those: PostgreSQL is kept, and migrated, elsewhere')
    .option(
      '--move-rows',
      'with Citus: also distribute tables that have rows, while nobody can write to them',
    )
    .addHelpText(
      'after',
      '\nReads POSTGRES_MIGRATION_URL, the address of PostgreSQL itself where POSTGRES_URL is that of a pooler;' +
        '\nPOSTGRES_URL without it; MONGO_URL where there are read models; and PARTITIONS and CITUS_WORKERS where PostgreSQL' +
        '\nhas Citus, whose tables are then distributed.',
    )
    .exitOverride()
    .action(migrate);
  program
    .command('await-schema')
    .description('ends when PostgreSQL, kept elsewhere, has the schema that this release needs')
    .requiredOption('--within-ms <ms>', 'how long that may take', wholeNumber)
    .addHelpText(
      'after',
      '\nReads POSTGRES_URL. A refused login or an unknown database ends it at once, as wrong configuration (78).',
    )
    .exitOverride()
    .action(waitFor);
  program
    .command('place-read-models')
    .description('shards the read models over the zones of a MongoDB cluster and ends; it may be repeated')
    .addHelpText(
      'after',
      '\nReads MONGO_ADMIN_URL, the address of a user who may do so with the database of the read models, and MONGO_ZONES:' +
        '\n{"<zone>": {"shards": ["rs0"], "homes": ["use"]}}, the codes of home regions in the ids of users.',
    )
    .exitOverride()
    .action(place);
  return program;
}

function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('must be a whole number of milliseconds.');
}

type Names = {
  readonly gateways?: readonly string[];
  readonly workers?: readonly string[];
  readonly relays?: readonly string[];
};

function partsOf(names: Names): ProcessParts {
  return {
    gateways: pick('gateway', gateways, names.gateways ?? []),
    workers: pick(
      'worker',
      workers,
      (names.workers ?? []).filter((name) => !isTask(name)),
    ),
    tasks: pick('worker', tasks, (names.workers ?? []).filter(isTask)),
    relays: (names.relays ?? []).map(
      (name) =>
        pick(
          'service',
          outboxServices.map((service) => ({ name: service })),
          [name],
        )[0]!.name,
    ),
  };
}

function everything(): ProcessParts {
  return { gateways, workers, tasks, relays: outboxServices };
}

function partsNamed(names: readonly string[]): ProcessParts {
  return partsOf({
    gateways: names.filter((name) => gatewayNames.includes(name)),
    relays: names.includes('relay') ? outboxServices : [],
    workers: names.filter((name) => name !== 'relay' && !gatewayNames.includes(name)),
  });
}

const isTask = (name: string): boolean => tasks.some((task) => task.name === name);

function pick<Part extends { readonly name: string }>(
  kind: string,
  parts: readonly Part[],
  names: readonly string[],
): Part[] {
  return names.map((name) => {
    const part = parts.find((candidate) => candidate.name === name);
    if (part) return part;
    const known = (kind === 'worker' ? workerNames : parts.map((candidate) => candidate.name)).join(', ');
    throw new CommanderError(
      2,
      'unknown-name',
      `error: there is no ${kind} ${JSON.stringify(name)}: ${known}`,
    );
  });
}

/** A Job's log is read by people: one line instead of a stack, and no address, which holds a password. */
class JobFailed extends Error {}

async function asJob(name: string, job: (variables: typeof process.env) => Promise<void>): Promise<void> {
  try {
    await job(process.env);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new JobFailed(`${name}: ${reasonOf(error)}`, { cause: error });
  }
}

/** The message, and of what caused it: our own errors name the system, and their cause what happened to it. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.message || ('code' in error ? String(error.code) : error.name);
  return error.cause === undefined ? own : `${own}: ${reasonOf(error.cause)}`;
}

async function main(): Promise<number> {
  outliveReaders();
  try {
    await commands({
      run: (parts) => runProcess(parts, process.env),
      migrate: ({ readModels, moveRows: movesRows }) =>
        asJob('migrate', (variables) =>
          readModels ? prepareReadModels(variables) : runMigrations(variables, { movesRows }),
        ),
      awaitSchema: ({ withinMs }) => asJob('await-schema', (variables) => awaitSchema(variables, withinMs)),
      place: () => asJob('place-read-models', placeReadModels),
    }).parseAsync();
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.code === 'unknown-name') process.stderr.write(`${error.message}\n`);
      return error.exitCode === 0 ? 0 : 2;
    }
    if (error instanceof JobFailed) {
      process.stderr.write(`${error.message.replaceAll(/\s+/g, ' ')}\n`);
      return 1;
    }
    if (!(error instanceof ConfigError)) throw error;
    const head = error.code === 'configuration-invalid' ? 'The configuration is not complete:\n' : '';
    process.stderr.write(`${head}${error.message}\n`);
    return configExitCode;
  }
}

// What could not be finished in time must not keep the process alive.
process.exit(await main());
