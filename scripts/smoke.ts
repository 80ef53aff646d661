import Table from 'cli-table3';
import { Command, InvalidArgumentError } from 'commander';
import { runCommand } from './run-command.ts';
import { probes, smoke, type GatewayResult } from './smoke-test/probe.ts';

type Options = { readonly json?: true; readonly timeoutMs: number; readonly withinMs: number };

const command = new Command('smoke')
  .description(
    'Asks gateways whether they live, are ready and serve their routes: after a deployment, or by hand.',
  )
  .argument('<url...>', 'base addresses: http://order-service.meridian.svc', baseUrl)
  .option('--json', 'print the answers as JSON')
  .option('--timeout-ms <ms>', 'longest time for one answer', milliseconds, 2000)
  .option('--within-ms <ms>', 'ask those that fail again until so much time has passed', milliseconds, 0)
  .addHelpText('after', '\nExit codes: 0 all are well, 1 at least one is not, 2 wrong usage.')
  .showHelpAfterError('(scripts/smoke --help lists the options)')
  .exitOverride()
  .action(act);

function baseUrl(text: string, before: readonly string[] = []): string[] {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new InvalidArgumentError('an http:// or https:// address');
  if (url.username !== '' || url.password !== '')
    throw new InvalidArgumentError('an address without a password');
  return [...before, text];
}

function milliseconds(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('a number of ms, 0 or more');
  return value;
}

function tableOf(results: readonly GatewayResult[]): string {
  const table = new Table({ head: ['gateway', ...probes], style: { head: [], border: [] } });
  for (const { url, probes: asked } of results)
    table.push([url, ...asked.map(({ ok, answer, ms }) => `${ok ? 'ok' : answer} (${ms} ms)`)]);
  return table.toString();
}

async function act(urls: readonly string[], { json, timeoutMs, withinMs }: Options): Promise<void> {
  const results = await smoke(urls, { timeoutMs, withinMs });
  process.stdout.write(`${json ? JSON.stringify(results, null, 2) : tableOf(results)}\n`);
  const failed = results.filter(({ ok }) => !ok);
  for (const { url, probes: asked } of failed)
    for (const { path, answer, ok } of asked)
      if (!ok) process.stderr.write(`smoke: ${new URL(path, url).href}: ${answer}\n`);
  if (failed.length > 0) process.exitCode = 1;
}

process.exitCode = await runCommand(command);
