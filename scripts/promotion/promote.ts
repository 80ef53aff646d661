import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Environment } from '../../environments/schema.ts';
import { gatesBefore, type Gate, type GateInput } from './gates.ts';
import { parsePin, parseRecord, pinPath, recordPath, textOf, type Pin } from './pins.ts';
import { Refusal } from './refusal.ts';
import { commitOf, fileAt, inWorktree, treeOf, type Repository } from './repository.ts';

export type Promotion = {
  readonly branch: string;
  readonly commit: string;
  readonly moved: readonly Pin[];
  readonly gates: readonly Gate[];
  readonly pushed: boolean;
};

export type PromotionOptions = {
  readonly environment: Environment;
  readonly remote: string;
  readonly push: boolean;
  readonly now: Date;
};

/** The remote's main branch, fetched. @throws Refusal when the remote does not answer. */
async function fetchMain(repository: Repository, remote: string): Promise<string> {
  await repository.run('fetch', '--quiet', remote, '+refs/heads/main:refs/remotes/promotion/main');
  return commitOf(repository, 'refs/remotes/promotion/main');
}

/** The regions of a wave, counted from 1. @throws RangeError naming the waves that there are. */
export function regionsOfWave({ name, delivery }: Environment, wave: number): readonly string[] {
  if (delivery.follows !== 'pins') throw new Refusal(`${name} follows main: it has no pins to move`);
  const regions = delivery.waves[wave - 1];
  if (regions) return regions;
  throw new Refusal(`${name} has the waves 1 to ${delivery.waves.length}, not ${wave}`);
}

/**
 * Moves the pins of one wave to a revision, as one commit on a branch of its own, if every gate says yes. The user's
 * checkout is not touched. @throws Refusal
 */
export async function promote(
  repository: Repository,
  options: PromotionOptions & {
    readonly wave: number;
    readonly revision: string | undefined;
    readonly render: GateInput['render'];
  },
): Promise<Promotion | { readonly gates: readonly Gate[] }> {
  const { environment, wave, now, render } = options;
  const regions = regionsOfWave(environment, wave);
  const main = await fetchMain(repository, options.remote);
  const revision = await commitOf(repository, options.revision ?? main);
  const pins = await Promise.all(
    regions.map((region) => pinOf(repository, environment.name, region, revision)),
  );
  const gates = await gatesBefore({ repository, environment, wave, regions, revision, main, now, render });
  if (gates.some(({ passed }) => !passed)) return { gates };
  const title = `release(${environment.name}): wave ${wave} to ${revision.slice(0, 12)}`;
  const branch = `promote/${environment.name}/wave-${wave}/${revision.slice(0, 12)}`;
  return { gates, ...(await commitPins(repository, { ...options, main, branch, title, pins })) };
}

/**
 * Puts regions back to the last revision that was verified there and is not the one of their pin now. @throws Refusal
 * when a region has none.
 */
export async function rollback(
  repository: Repository,
  options: PromotionOptions & { readonly regions: readonly string[] },
): Promise<Promotion> {
  const { environment, regions, now } = options;
  const known = environment.regions.map(({ name }) => name);
  for (const region of regions) {
    if (!known.includes(region as never)) {
      throw new Refusal(`there is no region ${region} in ${environment.name}: ${known.join(', ')}`);
    }
  }
  const main = await fetchMain(repository, options.remote);
  const pins = await Promise.all(
    regions.map((region) => lastVerified(repository, environment.name, region, main)),
  );
  const title = `rollback(${environment.name}): ${regions.join(', ')} to ${pins.map(({ revision }) => revision.slice(0, 12)).join(', ')}`;
  const branch = `rollback/${environment.name}/${regions.join('-')}/${now.toISOString().replaceAll(/[:.]/g, '-')}`;
  return { gates: [], ...(await commitPins(repository, { ...options, main, branch, title, pins })) };
}

async function pinOf(
  repository: Repository,
  environment: string,
  region: string,
  revision: string,
): Promise<Pin> {
  const tree = await treeOf(repository, revision, `dist/${environment}/${region}`);
  return { environment, region, revision, tree };
}

async function lastVerified(
  repository: Repository,
  environment: string,
  region: string,
  main: string,
): Promise<Pin> {
  const path = pinPath(environment, region);
  const current = await fileAt(repository, main, path);
  if (current === undefined) throw new Refusal(`${path} is not there: ${region} was never promoted`);
  const { revision: running } = parsePin(current, path);
  const record = recordPath(environment, region);
  const commits = await repository.run('log', '--format=%H', main, '--', record);
  for (const commit of commits.split('\n').filter((line) => line !== '')) {
    const text = await fileAt(repository, commit, record);
    if (text === undefined) continue; // a commit that took the record away
    const { revision } = parseRecord(text, record);
    if (revision !== running) return pinOf(repository, environment, region, revision);
  }
  throw new Refusal(
    `no other revision than ${running.slice(0, 12)} was ever verified in ${environment}/${region}`,
  );
}

type Change = PromotionOptions & {
  readonly main: string;
  readonly branch: string;
  readonly title: string;
  readonly pins: readonly Pin[];
};

async function commitPins(
  repository: Repository,
  { main, branch, title, pins, remote, push }: Change,
): Promise<Omit<Promotion, 'gates'>> {
  if ((await repository.ask('rev-parse', '--verify', '--quiet', `refs/heads/${branch}`)) !== undefined) {
    throw new Refusal(`the branch ${branch} is there already: delete it, or push it`);
  }
  const isUnchanged = await Promise.all(
    pins.map(
      async (pin) =>
        (await fileAt(repository, main, pinPath(pin.environment, pin.region)))?.trim() === textOf(pin).trim(),
    ),
  );
  if (isUnchanged.every(Boolean)) throw new Refusal('the pins are there already: nothing would move');
  const commit = await inWorktree(repository, main, async (checkout) => {
    for (const pin of pins) {
      const path = pinPath(pin.environment, pin.region);
      await mkdir(dirname(join(checkout.folder, path)), { recursive: true });
      await writeFile(join(checkout.folder, path), textOf(pin));
      await checkout.run('add', path);
    }
    await checkout.run('commit', '--quiet', '--message', title);
    return commitOf(checkout, 'HEAD');
  });
  // Pushed first: a remote that refuses (another content of that name, no rights) leaves no branch behind here.
  if (push) await repository.run('push', '--quiet', remote, `${commit}:refs/heads/${branch}`);
  await repository.run('branch', '--no-track', branch, commit);
  return { branch, commit, moved: pins, pushed: push };
}
