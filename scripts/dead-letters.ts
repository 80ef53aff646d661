import Table from 'cli-table3';
import { Command, CommanderError, Option } from 'commander';
import type { LocalStackName } from '../environments/local.ts';
import { outliveReaders } from '../platform/closed-output.ts';
import { openSources } from './auditor/local-sources.ts';
import {
  cutBecause,
  isTooOldToRetry,
  openDeadLetterDesk,
  tooOldBecause,
  type DeadLetter,
  type DeadLetterDesk,
} from './dead-letter-desk.ts';
import { whatRuns } from './explain-failure.ts';
import { stackFromEnvironment } from './stack/index.ts';

type Options = { readonly stack: LocalStackName; readonly json?: true };

/** What is asked for does not exist, or cannot be done. */
class Refused extends Error {}

function commands(finish: (exitCode: number) => void): Command {
  const program = new Command('dead-letters')
    .description('Messages that a worker gave up: lists them, gives them to it again, or drops them.')
    .addOption(
      new Option('--stack <name>', 'which local stack').choices(['dev', 'test', 'bench']).default('dev'),
    )
    .option('--json', 'print results as JSON')
    .addHelpText(
      'after',
      '\nAn ID is <topic>/<partition>/<offset>/<consumer>.' +
        '\nExit codes: 0 done, 1 no such dead letter, not open or too old, 2 wrong usage, 3 a system is away.',
    )
    .showHelpAfterError('(scripts/dead-letters --help lists the commands)')
    .exitOverride();
  const command = (name: string, description: string): Command =>
    program.command(name).description(description).exitOverride();
  const run = async (
    sub: Command,
    work: (desk: DeadLetterDesk, json: boolean) => Promise<void>,
  ): Promise<void> => {
    const { stack, json } = sub.optsWithGlobals<Options>();
    const opened = openSources(stackFromEnvironment(stack));
    try {
      await work(openDeadLetterDesk(opened.sources), json === true);
      finish(0);
    } finally {
      await opened.close();
    }
  };

  command('list', 'lists the open ones')
    .option('--settled', 'also those that were retried or dropped')
    .action((options: { settled?: true }, sub: Command) =>
      run(sub, async (desk, json) => {
        const letters = await desk.list();
        const shown = options.settled ? letters : letters.filter(({ status }) => status === 'open');
        print(json ? shown.map(summaryOf) : listTable(shown));
      }),
    );
  command('show', 'shows one, with its headers and its value')
    .argument('<id>')
    .action((id: string, _options, sub: Command) =>
      run(sub, async (desk, json) => {
        const [letter] = pick(await desk.list({ withValues: true }), [id]);
        print(json ? detailsOf(letter!) : detailTable(letter!));
      }),
    );
  command('retry', 'publishes them again for the worker that gave up')
    .argument('[id...]')
    .option('--all', 'all that are open')
    .action((ids: string[], { all }: { all?: true }, sub: Command) => {
      if ((all === true) === ids.length > 0)
        throw new CommanderError(2, 'usage', 'error: name dead letters, or --all of them');
      return run(sub, async (desk, json) => {
        const letters = await desk.list({ withValues: true });
        const open = all ? letters.filter(({ status }) => status === 'open') : openOnes(pick(letters, ids));
        const old = open.filter((letter) => isTooOldToRetry(letter));
        if (!all && old[0]) throw new Refused(`${old[0].id} is too old: ${tooOldBecause}`);
        const cut = open.filter((letter) => letter.isCut && !old.includes(letter));
        if (!all && cut[0]) throw new Refused(`${cut[0].id} is cut: ${cutBecause}`);
        const chosen = open.filter((letter) => !old.includes(letter) && !letter.isCut);
        await desk.retry(chosen);
        const rest = [
          old.length > 0 ? `; ${old.length} left, too old: ${tooOldBecause}` : '',
          cut.length > 0 ? `; ${cut.length} left, cut: ${cutBecause}` : '',
        ].join('');
        print(json ? chosen.map(({ id }) => id) : `${chosen.length} retried${rest}`);
      });
    });
  command('drop', 'settles one for which nothing more will be done')
    .argument('<id>')
    .action((id: string, _options, sub: Command) =>
      run(sub, async (desk, json) => {
        await desk.drop(openOnes(pick(await desk.list(), [id])));
        print(json ? [id] : '1 dropped');
      }),
    );
  return program;
}

function pick(letters: readonly DeadLetter[], ids: readonly string[]): readonly DeadLetter[] {
  const byId = new Map(letters.map((letter) => [letter.id, letter]));
  return ids.map((id) => {
    const letter = byId.get(id);
    if (!letter) throw new Refused(`there is no dead letter ${id}`);
    return letter;
  });
}

function openOnes(letters: readonly DeadLetter[]): readonly DeadLetter[] {
  const settled = letters.find(({ status }) => status !== 'open');
  if (settled) throw new Refused(`${settled.id} is ${settled.status} already`);
  return letters;
}

function print(result: string | object): void {
  process.stdout.write(`${typeof result === 'string' ? result : JSON.stringify(result, null, 2)}\n`);
}

function summaryOf({ id, status, headers, key, errorCode, attempts, at }: DeadLetter) {
  return { id, status, type: headers['ce_type'] ?? null, key, errorCode, attempts, at };
}

/** The value as text, without the card's token: a screen is no place for it. */
function detailsOf({ valueBase64, ...letter }: DeadLetter) {
  const text = Buffer.from(valueBase64, 'base64').toString();
  return { ...letter, value: text.replaceAll(/("paymentToken":\s*)"[^"]*"/g, '$1"…"') };
}

const style = { head: [], border: [], compact: true };

function listTable(letters: readonly DeadLetter[]): string {
  const table = new Table({ head: ['id', 'type', 'key', 'error', 'tries', 'at', 'status'], style });
  for (const { id, type, key, errorCode, attempts, at, status } of letters.map(summaryOf))
    table.push([id, type ?? '', key ?? '', errorCode, attempts, at, status]);
  const count = `${letters.filter(({ status }) => status === 'open').length} open`;
  return letters.length === 0 ? count : `${table.toString()}\n${count}`;
}

function detailTable(letter: DeadLetter): string {
  const table = new Table({ style });
  for (const [name, value] of Object.entries(detailsOf(letter)))
    table.push({ [name]: typeof value === 'object' ? JSON.stringify(value, null, 2) : String(value) });
  return table.toString();
}

async function main(): Promise<number> {
  outliveReaders();
  let finished = 0;
  try {
    await commands((code) => (finished = code)).parseAsync();
    return finished;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.code === 'usage') process.stderr.write(`${error.message}\n`);
      return error.exitCode === 0 ? 0 : 2;
    }
    if (!(error instanceof Error)) throw error;
    const exitCode = error instanceof RangeError ? 2 : error instanceof Refused ? 1 : 3;
    process.stderr.write(`dead-letters: ${error.message}${exitCode === 3 ? ` (${whatRuns})` : ''}\n`);
    return exitCode;
  }
}

process.exitCode = await main();
