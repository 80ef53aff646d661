import { Refusal } from '../refusal.ts';
import { freezesAt } from './gates/freeze.ts';
import { whyOutdated } from './image-file.ts';
import { whyNotBuilt } from './images.ts';
import { checkPin, pinPath, pinsAt, verifiedAt, type Pin } from './pins.ts';
import { checkRelease, releasePath, releasesAt, type Release } from './releases.ts';
import { commitOf, fileAt, type Repository } from './repository.ts';
import { environmentsAt } from './target.ts';

/**
 * Whether what a commit says of pins, verified pins, releases and freezes is true: for a pull request that moves them,
 * whoever wrote it. What they name must be on `base`, the main of before: a pull request may not pin itself, nor bring the
 * region that it pins.
 * @returns a line for all that is wrong
 */
export async function checkReleases(
  repository: Repository,
  head: string,
  base: string,
): Promise<readonly string[]> {
  const [commit, main] = [await commitOf(repository, head), await commitOf(repository, base)];
  const wrong: string[] = [];
  const look = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Refusal) || error.exitCode !== 1) throw error;
      wrong.push(error.message);
    }
  };
  const environments = await environmentsAt(repository, main);
  const names = environments.map(({ name }) => name);
  await look(async () => void (await freezesAt(repository, commit, names)));
  await look(async () => {
    for (const release of await releasesAt(repository, commit))
      await look(() => checkRecord(repository, commit, main, release));
  });
  for (const environment of environments) {
    await look(async () => {
      for (const pin of (await pinsAt(repository, commit, environment)).values())
        await look(() => checkPinned(repository, commit, main, pin));
    });
    for (const region of environment.regions) {
      await look(async () => {
        const pin = await verifiedAt(repository, commit, environment.name, region);
        if (pin) await checkPin(repository, main, pin);
      });
    }
  }
  return wrong;
}

/** Whether a file is as it was on main: what was looked at then, and takes time, is not looked at again. */
async function isAsOnMain(
  repository: Repository,
  commit: string,
  main: string,
  path: string,
): Promise<boolean> {
  return (
    commit !== main && (await fileAt(repository, commit, path)) === (await fileAt(repository, main, path))
  );
}

async function checkRecord(
  repository: Repository,
  commit: string,
  main: string,
  release: Release,
): Promise<void> {
  const path = releasePath(release.revision);
  if (!(await isAsOnMain(repository, commit, main, path))) await checkRelease(repository, main, release);
}

/** A pin that is moved by hand went through no gate: it may not name an image that was never built, or is of other sources. */
async function checkPinned(repository: Repository, commit: string, main: string, pin: Pin): Promise<void> {
  await checkPin(repository, main, pin);
  const { environment, region, revision } = pin;
  const path = pinPath(environment, region);
  if (await isAsOnMain(repository, commit, main, path)) return;
  const why =
    (await whyNotBuilt(repository, revision, [`dist/${environment}/${region}`])) ??
    (await whyOutdated(repository, revision));
  if (why !== undefined) throw new Refusal(`${path}: ${why}`);
}
