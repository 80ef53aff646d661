import {
  parsePin,
  parseVerifiedPin,
  pinPath,
  refuseSecondPin,
  verifiedPath,
  yamlOf,
  type Pin,
} from './pins.ts';
import { propose, type Proposed } from './proposal.ts';
import { Refusal } from '../refusal.ts';
import {
  fileAt,
  hasCommit,
  isAncestor,
  refuseDirty,
  shallowHint,
  shortOf,
  treeOf,
  type Repository,
} from './repository.ts';
import { requireRegion, type Target } from './target.ts';

export type RollbackOptions = {
  readonly target: Target;
  readonly regions: readonly string[];
  readonly push: boolean;
};

export type Rollback = Proposed & {
  readonly title: string;
  readonly moved: readonly Pin[];
  /** What each region's pin said before. */
  readonly from: readonly Pin[];
};

/**
 * Puts regions back to the last revision that was verified there before the one of their pin. No gate and no freeze stands
 * in the way. @throws Refusal when a region has none.
 */
export async function rollback(repository: Repository, options: RollbackOptions): Promise<Rollback> {
  const { target, push } = options;
  const { environment, main } = target;
  await refuseDirty(repository, ['environments/releases']);
  const from = await currentPins(repository, options);
  const moved = await Promise.all(from.map((pin) => lastVerified(repository, pin, main)));
  const title = `rollback(${environment.name}): ${moved.map(({ region, revision }) => `${region} to ${shortOf(revision)}`).join(', ')}`;
  const [first] = from;
  const proposed = await propose(repository, {
    ...target,
    branch: `rollback/${environment.name}/${from.map(({ region }) => region).join('-')}/${shortOf(first?.revision ?? main)}`,
    title,
    body: from.map((pin) => `${pin.region} was at ${pin.revision}`).join('\n'),
    files: new Map(moved.map((pin) => [pinPath(pin.environment, pin.region), yamlOf(pin)])),
    push: push ? 'branch' : 'not-yet',
  });
  return { ...proposed, title, moved, from };
}

/** What the pins of the regions say on the remote's main. @throws Refusal when one was never promoted. */
export async function currentPins(
  repository: Repository,
  { target, regions }: RollbackOptions,
): Promise<readonly Pin[]> {
  for (const region of regions) requireRegion(target.environment, region);
  return Promise.all([...new Set(regions)].map((region) => currentPin(repository, target, region)));
}

async function currentPin(
  repository: Repository,
  { environment, main }: Target,
  region: string,
): Promise<Pin> {
  const path = pinPath(environment.name, region);
  const text = await fileAt(repository, main, path);
  if (text === undefined) throw new Refusal(`${path} is not on main: ${region} was never promoted`);
  const pin = parsePin(text, path);
  await refuseSecondPin(repository, main, pin);
  return pin;
}

/**
 * By the history of the region's record. Only what came before the pin's revision: after two rollbacks in a row a region
 * must not be back at what the first one took away. A pin that names nothing has nothing before it: the newest record then.
 */
async function lastVerified(repository: Repository, pin: Pin, main: string): Promise<Pin> {
  const { environment, region } = pin;
  const path = verifiedPath(environment, region);
  const isKnown = await hasCommit(repository, pin.revision);
  const commits = await repository.run('log', '--format=%H', main, '--', path);
  for (const commit of commits.split('\n').filter((line) => line !== '')) {
    const text = await fileAt(repository, commit, path);
    if (text === undefined) continue; // a commit that took the record away
    const { revision, tree } = parseVerifiedPin(text, path);
    if (revision === pin.revision) continue;
    if (isKnown && !(await isAncestor(repository, revision, pin.revision))) continue;
    if ((await treeOf(repository, revision, `dist/${environment}/${region}`)) !== tree)
      throw new Refusal(`${path} at ${shortOf(commit)}: its tree is not the one of ${shortOf(revision)}`);
    return { environment, region, revision, tree };
  }
  const hint = await shallowHint(repository, ' that this shallow clone knows: git fetch --unshallow');
  throw new Refusal(
    `${environment}/${region}: no revision before ${shortOf(pin.revision)} was ever verified there${hint}`,
  );
}
