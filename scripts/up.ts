import { Command, CommanderError, Option } from 'commander';
import type { LocalStackName } from '../environments/local.ts';
import { outliveReaders } from '../platform/closed-output.ts';
import { explainFailure } from './explain-failure.ts';
import { resetStack, StackError, stackFromEnvironment, stopStack } from './stack/index.ts';
import { showLog, showStatus } from './up-commands.ts';
import { runStack } from './up-run.ts';

type Options = {
  readonly stack: LocalStackName;
  readonly once?: true;
  readonly json?: true;
  readonly orders: boolean;
};

const stackOption = (): Option =>
  new Option('--stack <name>', 'which local stack').choices(Object.keys(stackNames)).default('dev');
const stackNames: Record<LocalStackName, true> = { dev: true, test: true, bench: true };

// Options before or after the subcommand's name: --stack and --json are the program's own.
const common = (sub: Command): Options => sub.optsWithGlobals<Options>();

function commands(finish: (exitCode: number) => void): Command {
  const program = new Command('up')
    .description('Runs the whole platform on this machine, in the foreground, until Ctrl-C.')
    .usage('[options] | up status | up stop | up reset | up logs NAME')
    .addOption(stackOption())
    .option('--once', 'place orders once, print what became of them, and stop')
    .option('--json', 'print results as JSON (progress goes to standard error)')
    .option('--no-orders', 'do not place sample orders')
    .addHelpText(
      'after',
      '\nExit codes: 0 done (with --once: all is clean), 1 failed (with --once: it is not), 2 wrong usage, 130 ended by Ctrl-C before it was up.' +
        '\nEnvironment: MERIDIAN_PORT_OFFSET moves all ports (a multiple of 1000, at most 8000); MERIDIAN_CACHE is the folder of downloads.',
    )
    .showHelpAfterError('(scripts/up --help lists the commands and options)')
    .configureOutput({
      // What commander says of a word that is no command.
      outputError: (text, write) =>
        write(
          text.replace(
            /^error: too many arguments\..*/,
            () => `error: unknown command '${program.args[0] ?? ''}'`,
          ),
        ),
    })
    .exitOverride()
    .action(async (options: Options) => {
      const { stack, once, json, orders } = options;
      finish(
        await runStack(stackFromEnvironment(stack), { once: once === true, json: json === true, orders }),
      );
    });
  const command = (name: string, description: string): Command =>
    program.command(name).description(description).exitOverride();

  command('status', 'shows the processes of the stack').action((_options, sub: Command) => {
    finish(showStatus(stackFromEnvironment(common(sub).stack), common(sub).json === true));
  });
  command('stop', 'ends the stack, also one in another terminal').action(async (_options, sub: Command) => {
    const { stack, json } = common(sub);
    await stopStack(stackFromEnvironment(stack));
    tell(json, { stack, stopped: true, data: 'kept' }, `The ${stack} stack is stopped; its data is kept.`);
    finish(0);
  });
  command('reset', 'ends the stack and deletes its data').action(async (_options, sub: Command) => {
    const { stack, json } = common(sub);
    await resetStack(stackFromEnvironment(stack));
    const text = `The ${stack} stack is stopped and its data deleted.`;
    tell(json, { stack, stopped: true, data: 'deleted' }, text);
    finish(0);
  });
  command('logs', 'follows the log of one process')
    .argument('<name>')
    .action(async (name: string, _options, sub: Command) => {
      finish(await showLog(stackFromEnvironment(common(sub).stack), name));
    });
  return program;
}

function tell(json: boolean | undefined, result: object, text: string): void {
  process.stdout.write(`${json ? JSON.stringify(result) : text}\n`);
}

/** Exit codes: 0 done, 1 failed, 2 wrong usage, 130 ended by Ctrl-C before it was up. */
async function main(): Promise<number> {
  outliveReaders();
  let exitCode = 0;
  try {
    await commands((code) => (exitCode = code)).parseAsync();
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const isOurs = error instanceof StackError || error instanceof RangeError;
    const words = isOurs ? error.message : explainFailure(error);
    if (words === undefined) throw error;
    process.stderr.write(`up: ${words}\n`);
    return error instanceof RangeError ? 2 : 1;
  }
}

process.exitCode = await main();
