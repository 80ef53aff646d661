import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Hold } from './hub/health.ts';
import type { ApplicationSource } from './hub/read.ts';
import { WrongUsage } from '../refusal.ts';

/** How the hub is asked, or which files stand for its answers. */
export type HubOptions = {
  readonly applicationJson?: readonly string[];
  readonly kubeconfig?: string;
  readonly context?: string;
};

export function addHubOptions(command: Command): Command {
  return command
    .option(
      '--application-json <file...>',
      'saved `kubectl get application -o json` of the regions, instead of the hub',
    )
    .option('--kubeconfig <file>', 'the kubeconfig of the hub')
    .option('--context <name>', 'the context of the hub in it');
}

export function applicationsOf({ applicationJson, kubeconfig, context }: HubOptions): ApplicationSource {
  return applicationJson === undefined ? { hub: { kubeconfig, context } } : { files: applicationJson };
}

export type HoldOptions = { readonly soak?: number; readonly since?: Date };

export const holdOptions = (): Option[] => [
  new Option('--soak <seconds>', 'how long it must have been healthy (default: 120)').argParser(seconds),
  new Option('--since <time>', 'instead: since when it must have been healthy, ISO 8601')
    .argParser(time)
    .conflicts('soak'),
];

export function holdOf({ soak, since }: HoldOptions): Hold {
  return since === undefined ? { soakSeconds: soak ?? 120 } : { since };
}

function seconds(text: string): number {
  if (!/^\d{1,7}$/.test(text)) throw new InvalidArgumentError('must be a whole number of seconds.');
  return Number(text);
}

function time(text: string): Date {
  const value = new Date(text);
  const isIso = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text);
  if (!isIso || Number.isNaN(value.getTime()))
    throw new InvalidArgumentError('must be a time with its zone, like 2026-11-25T12:00:00Z.');
  return value;
}

/** For commander: an http address. */
export function httpAddress(text: string): string {
  if (/^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text;
  throw new InvalidArgumentError('must be an http or https address.');
}

/** REGION=VALUE options, by region of the wave; a value without a region is of the only one. @throws WrongUsage */
export function byRegion(
  flag: string,
  values: readonly string[],
  regions: readonly string[],
  everyRegion: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const value of values) {
    const named = regions.find((region) => value.startsWith(`${region}=`));
    const another =
      named === undefined ? everyRegion.find((region) => value.startsWith(`${region}=`)) : undefined;
    if (another !== undefined)
      throw new WrongUsage(`${flag} ${value}: ${another} is not in this wave: ${regions.join(', ')}`);
    const region = named ?? (regions.length === 1 ? regions[0] : undefined);
    if (region === undefined)
      throw new WrongUsage(
        `${flag} ${value}: begin it with a region: ${regions.map((name) => `${name}=`).join(', ')}`,
      );
    const rest = named === undefined ? value : value.slice(named.length + 1);
    found.set(region, [...(found.get(region) ?? []), rest]);
  }
  return found;
}
