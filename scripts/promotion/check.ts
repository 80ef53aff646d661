import { environments } from '../../environments/index.ts';
import { freezesAt } from './gates/freeze.ts';
import { checkPin, pinsAt, verifiedAt } from './pins.ts';
import { Refusal } from './refusal.ts';
import { checkRelease, releasesAt } from './releases.ts';
import { commitOf, type Repository } from './repository.ts';

/**
 * Whether what a commit says of pins, verified pins, releases and freezes is true: for a pull request that moves them,
 * whoever wrote it. What they name must be on `base`, the main of before: a pull request may not pin itself.
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
      if (!(error instanceof Refusal)) throw error;
      wrong.push(error.message);
    }
  };
  await look(async () => void (await freezesAt(repository, commit)));
  await look(async () => {
    for (const release of await releasesAt(repository, commit)) {
      await look(() => checkRelease(repository, main, release));
    }
  });
  for (const environment of environments) {
    await look(async () => {
      for (const pin of (await pinsAt(repository, commit, environment)).values()) {
        await look(() => checkPin(repository, main, pin));
      }
    });
    for (const { name: region } of environment.regions) {
      await look(async () => {
        const pin = await verifiedAt(repository, commit, environment.name, region);
        if (pin) await checkPin(repository, main, pin);
      });
    }
  }
  return wrong;
}
