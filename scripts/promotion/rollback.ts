import type { Environment } from '../../environments/schema.ts';
import { requireRegion } from './environment.ts';
import { parsePin, parseVerifiedPin, pinPath, verifiedPath, yamlOf, type Pin } from './pins.ts';
import { propose, type Proposed } from './proposal.ts';
import { Refusal } from './refusal.ts';
import {
  fetchMain,
  fileAt,
  isAncestor,
  refuseDirty,
  shortOf,
  treeOf,
  type Repository,
} from './repository.ts';

export type RollbackOptions = {
  readonly environment: Environment;
  readonly regions: readonly string[];
  readonly remote: string;
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
  const { environment, regions, remote, push } = options;
  for (const region of regions) requireRegion(environment, region);
  await refuseDirty(repository, ['environments/releases']);
  const main = await fetchMain(repository, remote);
  const from = await Promise.all(regions.map((region) => currentPin(repository, environment, region, main)));
  const moved = await Promise.all(from.map((pin) => lastVerified(repository, pin, main)));
  const title = `rollback(${environment.name}): ${moved.map(({ region, revision }) => `${region} to ${shortOf(revision)}`).join(', ')}`;
  const [first] = from;
  const proposed = await propose(repository, {
    remote,
    main,
    branch: `rollback/${environment.name}/${regions.join('-')}/${shortOf(first?.revision ?? main)}`,
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
  { environment, regions, remote }: RollbackOptions,
): Promise<readonly Pin[]> {
  for (const region of regions) requireRegion(environment, region);
  const main = await fetchMain(repository, remote);
  return Promise.all(regions.map((region) => currentPin(repository, environment, region, main)));
}

async function currentPin(
  repository: Repository,
  { name }: Environment,
  region: string,
  main: string,
): Promise<Pin> {
  const path = pinPath(name, region);
  const text = await fileAt(repository, main, path);
  if (text === undefined) throw new Refusal(`${path} is not on main: ${region} was never promoted`);
  return parsePin(text, path);
}

/**
 * By the history of the region's record. Only what came before the pin's revision: after two rollbacks in a row a region
 * must not be back at what the first one took away.
 */
async function lastVerified(repository: Repository, pin: Pin, main: string): Promise<Pin> {
  const { environment, region } = pin;
  const path = verifiedPath(environment, region);
  const commits = await repository.run('log', '--format=%H', main, '--', path);
  for (const commit of commits.split('\n').filter((line) => line !== '')) {
    const text = await fileAt(repository, commit, path);
    if (text === undefined) continue; // a commit that took the record away
    const { revision, tree } = parseVerifiedPin(text, path);
    if (revision === pin.revision || !(await isAncestor(repository, revision, pin.revision))) continue;
    if ((await treeOf(repository, revision, `dist/${environment}/${region}`)) !== tree)
      throw new Refusal(`${path} at ${shortOf(commit)}: its tree is not the one of ${shortOf(revision)}`);
    return { environment, region, revision, tree };
  }
  const isShallow = (await repository.ask('rev-parse', '--is-shallow-repository')) === 'true';
  throw new Refusal(
    `${environment}/${region}: no revision before ${shortOf(pin.revision)} was ever verified there` +
      (isShallow ? ' that this shallow clone knows: git fetch --unshallow' : ''),
  );
}
