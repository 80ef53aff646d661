import { gatesBefore } from './gates/before.ts';
import type { Candidate, Gate, RenderCommand } from './gates/gate.ts';
import { checkPin, pinPath, pinsAt, yamlOf, type Pin } from './pins.ts';
import { propose, type Proposed } from './proposal.ts';
import { Refusal } from '../refusal.ts';
import { recordedAt, releasesAt } from './releases.ts';
import { commitOf, refuseDirty, shortOf, treeOf, type Repository } from './repository.ts';
import { regionsOfWave, type Target, type Wave } from './target.ts';

export type PromoteOptions = {
  readonly target: Target;
  readonly wave: Wave;
  /** Undefined: the newest release for the first wave and for all, what the wave before runs for the others. */
  readonly revision: string | undefined;
  readonly push: boolean;
  readonly now: Date;
  readonly render: RenderCommand;
  readonly eventSchemas: Candidate['eventSchemas'];
};

export type Promotion = Proposed & {
  readonly title: string;
  readonly moved: readonly Pin[];
  readonly gates: readonly Gate[];
};
/** A gate said no: nothing was made. */
export type Halted = { readonly gates: readonly Gate[] };

/** What decides over a promotion; changed and not committed, it would not be what is promoted. */
const paths = ['dist', 'environments', 'contracts', 'k8s', 'cdk8s.yaml', 'package-lock.json'];

/**
 * Moves the pins of one wave to a revision, as one commit on a branch of its own, if every gate says yes. The user's
 * checkout is not touched. @throws Refusal
 */
export async function promote(repository: Repository, options: PromoteOptions): Promise<Promotion | Halted> {
  const { wave, target } = options;
  const { environment, main } = target;
  const regions = regionsOfWave(environment, wave);
  await refuseDirty(repository, paths);
  const pins = await pinsAt(repository, main, environment);
  for (const pin of pins.values()) await checkPin(repository, main, pin);
  const revision = await revisionOf(repository, options, pins);
  const release = await recordedAt(repository, main, revision);
  const moved = await Promise.all(
    regions.map(async (region): Promise<Pin> => {
      const tree = await treeOf(repository, revision, `dist/${environment.name}/${region}`);
      return { environment: environment.name, region, revision, tree };
    }),
  );
  const gates = await gatesBefore({
    ...options,
    ...target,
    repository,
    regions,
    revision,
    isNamed: options.revision !== undefined,
    pins,
    release,
  });
  if (gates.some(({ passed }) => !passed)) return { gates };
  const what = wave === 'all' ? 'all regions' : `wave ${wave}`;
  const title = `release(${environment.name}): ${what} to ${shortOf(revision)}`;
  const proposed = await propose(repository, {
    ...target,
    branch: `promote/${environment.name}/${what.replace(' ', '-')}/${shortOf(revision)}`,
    title,
    body: gates.map(({ name, reason }) => `${name}: ${reason}`).join('\n'),
    files: new Map(moved.map((pin) => [pinPath(pin.environment, pin.region), yamlOf(pin)])),
    push: options.push ? 'branch' : 'not-yet',
  });
  // Of a wave that was promoted before, the regions that run this already stay where they are.
  return {
    ...proposed,
    title,
    moved: moved.filter((pin) => pins.get(pin.region)?.revision !== revision),
    gates,
  };
}

async function revisionOf(
  repository: Repository,
  { target: { environment, main }, wave, revision }: PromoteOptions,
  pins: ReadonlyMap<string, Pin>,
): Promise<string> {
  if (revision !== undefined) return commitOf(repository, revision);
  if (wave === 1 || wave === 'all') {
    const [newest] = await releasesAt(repository, main);
    if (newest) return newest.revision;
    throw new Refusal('there is no release on main: make a record with scripts/release, or give --revision');
  }
  const before = regionsOfWave(environment, wave - 1);
  const nowhere = before.filter((region) => !pins.has(region));
  if (nowhere.length > 0) {
    const begin = pins.size === 0 ? 'begin with --wave all' : `promote wave ${wave - 1} first`;
    throw new Refusal(`wave ${wave - 1} (${nowhere.join(', ')}) runs nothing yet: ${begin}`);
  }
  const running = new Set(before.map((region) => pins.get(region)?.revision));
  const [one] = running;
  if (running.size === 1 && one !== undefined) return one;
  throw new Refusal(`wave ${wave - 1} (${before.join(', ')}) does not run one revision: give --revision`);
}
