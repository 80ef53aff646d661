import { pinPath } from '../pins.ts';
import { shortOf } from '../repository.ts';
import type { Candidate, Gate } from './gate.ts';

/**
 * What a rollback took away does not come again by itself: it is the newest release until there is another. Who names the
 * revision has seen it.
 */
export async function wasNotTakenBack(candidate: Candidate): Promise<Gate> {
  const { repository, environment, regions, revision, main, pins, isNamed } = candidate;
  const name = 'not taken back';
  for (const region of isNamed ? [] : regions) {
    if (pins.get(region)?.revision === revision) continue;
    const path = pinPath(environment.name, region);
    // Commits that put this revision into the pin or took it out.
    const moved = await repository.run('log', '--format=%H', `-S${revision}`, main, '--', path);
    if (moved !== '') {
      const reason = `${region} ran ${shortOf(revision)} and was taken back: make a newer release, or name it by --revision`;
      return { name, passed: false, reason };
    }
  }
  return {
    name,
    passed: true,
    reason: isNamed ? 'asked for by name' : 'no region of the wave ran it before',
  };
}
