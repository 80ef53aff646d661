import { z } from 'zod';
import { WrongUsage } from '../refusal.ts';
import { fetchMain } from './remote.ts';
import type { Repository } from './repository.ts';
import { askSources } from './sources/ask-sources.ts';

const answer = z.array(
  z.object({
    name: z.string(),
    follows: z.enum(['main', 'pins']),
    waves: z.array(z.array(z.string()).nonempty()),
    regions: z.array(z.string()).nonempty(),
    /** By a region whose programs use another region's database: that region, which keeps and migrates it. */
    keepers: z.record(z.string(), z.string()),
  }),
);

/** What a promotion knows of an environment. */
export type PromotedEnvironment = z.infer<typeof answer>[number];

/**
 * What a tool works on: an environment, and the remote's main as it is now. Branches are made from this commit, and pins,
 * records, freezes, regions and waves are read of it, not of the user's checkout, which may be behind or changed.
 */
export type Target = {
  readonly remote: string;
  /** The commit. */
  readonly main: string;
  readonly environment: PromotedEnvironment;
  /** The names of all environments. */
  readonly environments: readonly string[];
};

/** @throws WrongUsage naming the environments that there are. @throws Refusal when the remote does not answer. */
export async function targetOf(repository: Repository, remote: string, name: string): Promise<Target> {
  const main = await fetchMain(repository, remote);
  const environments = await environmentsAt(repository, main);
  return {
    remote,
    main,
    environment: pinnedEnvironment(environments, name),
    environments: environments.map((one) => one.name),
  };
}

/** The environments that a commit declares, asked of its own `environments/`. @throws Refusal when they break a rule. */
export async function environmentsAt(
  repository: Repository,
  commit: string,
): Promise<readonly PromotedEnvironment[]> {
  const module = 'environments/index.ts';
  const program = new URL('sources/print-environments.ts', import.meta.url);
  return askSources(repository, commit, { module, program, answer });
}

/** An environment that moves by pins. @throws WrongUsage naming those that there are. */
export function pinnedEnvironment(
  environments: readonly PromotedEnvironment[],
  name: string,
): PromotedEnvironment {
  const environment = environments.find((candidate) => candidate.name === name);
  const known = environments.map((candidate) => candidate.name).join(', ');
  if (!environment) throw new WrongUsage(`there is no environment ${JSON.stringify(name)}: ${known}`);
  if (environment.follows === 'pins') return environment;
  throw new WrongUsage(`${name} follows main: it has no pins to move`);
}

/** Counted from 1; or every region at once, as an environment begins. */
export type Wave = number | 'all';

/** The regions of a wave. @throws WrongUsage naming the waves that there are. */
export function regionsOfWave({ name, waves }: PromotedEnvironment, wave: Wave): readonly string[] {
  if (wave === 'all') return waves.flat();
  const regions = waves[wave - 1];
  if (regions) return regions;
  throw new WrongUsage(`${name} has the waves 1 to ${waves.length}, not ${wave}`);
}

/** @throws WrongUsage naming the regions that there are. */
export function requireRegion({ name, regions }: PromotedEnvironment, region: string): void {
  if (regions.includes(region)) return;
  throw new WrongUsage(`there is no region ${region} in ${name}: ${regions.join(', ')}`);
}
