import { whyOutdated } from '../image-file.ts';
import { whyNotBuilt } from '../images.ts';
import { verifiedAt, verifiedPath } from '../pins.ts';
import { releasePath } from '../releases.ts';
import { isAncestor, shortOf, treeOf } from '../repository.ts';
import { wasNotTakenBack } from './taken-back.ts';
import { contractsFit } from './contracts.ts';
import { isFounding } from './founding.ts';
import { isNotFrozen } from './freeze.ts';
import type { Candidate, Gate } from './gate.ts';
import { reproduces } from './reproduces.ts';
import { schemaIsKept } from './schema.ts';

/**
 * Everything that must hold before a wave moves; all are looked at, so that one run tells all that is missing. Sources are
 * run only of a revision that is on main: nothing else was reviewed.
 */
export async function gatesBefore(candidate: Candidate): Promise<readonly Gate[]> {
  const onMain = await isOnMain(candidate);
  return [
    onMain,
    await movesForward(candidate),
    await isRecorded(candidate),
    await isImageBuilt(candidate),
    await wasNotTakenBack(candidate),
    await isNotFrozen(candidate),
    onMain.passed ? await reproduces(candidate) : unreviewed('reproduces'),
    onMain.passed ? await contractsFit(candidate) : unreviewed('contracts'),
    await schemaIsKept(candidate),
    ...(candidate.wave === 'all' ? [isFounding(candidate)] : await earlierWaves(candidate, candidate.wave)),
  ];
}

const unreviewed = (name: string): Gate => ({
  name,
  passed: false,
  reason: 'not looked at: sources that are not on main are not run',
});

async function isOnMain({ repository, revision, main }: Candidate): Promise<Gate> {
  const passed = await isAncestor(repository, revision, main);
  return {
    name: 'on main',
    passed,
    reason: `${shortOf(revision)} ${passed ? 'is' : 'is not'} an ancestor of main`,
  };
}

/** Promoting goes forward only; going back is a rollback, which picks what was verified. */
async function movesForward({ repository, regions, pins, revision }: Candidate): Promise<Gate> {
  const name = 'forward';
  for (const region of regions) {
    const pin = pins.get(region);
    if (pin && !(await isAncestor(repository, pin.revision, revision))) {
      const reason = `${region} runs ${shortOf(pin.revision)}, which ${shortOf(revision)} does not come after: use scripts/rollback`;
      return { name, passed: false, reason };
    }
  }
  return { name, passed: true, reason: 'no region of the wave goes back' };
}

async function isRecorded(candidate: Candidate): Promise<Gate> {
  const { repository, environment, regions, revision, release } = candidate;
  const name = 'recorded';
  const path = releasePath(revision);
  if (!release)
    return { name, passed: false, reason: `${path} is not on main: make it with scripts/release` };
  for (const region of regions) {
    const place = `dist/${environment.name}/${region}`;
    const recorded = release.trees[environment.name]?.[region];
    const committed = await treeOf(repository, revision, place);
    if (recorded !== committed) {
      const reason = `${path} says ${recorded === undefined ? 'nothing' : shortOf(recorded)} of ${place}, which is ${shortOf(committed)}`;
      return { name, passed: false, reason };
    }
  }
  return { name, passed: true, reason: `${path} has the trees of the wave` };
}

async function isImageBuilt({ repository, environment, regions, revision }: Candidate): Promise<Gate> {
  const name = 'image built';
  const folders = regions.map((region) => `dist/${environment.name}/${region}`);
  const reason =
    (await whyNotBuilt(repository, revision, folders)) ?? (await whyOutdated(repository, revision));
  return reason === undefined
    ? { name, passed: true, reason: 'every digest is of a build, and the image of these sources' }
    : { name, passed: false, reason };
}

/** Each region of the waves before has been found healthy at exactly this revision, and was not taken back since. */
async function earlierWaves(candidate: Candidate, wave: number): Promise<Gate[]> {
  const { repository, environment, revision, main, pins } = candidate;
  const earlier = environment.waves.slice(0, wave - 1).flat();
  return Promise.all(
    earlier.map(async (region) => {
      const name = `${region} verified`;
      const record = await verifiedAt(repository, main, environment.name, region);
      if (!record) {
        const reason = `${verifiedPath(environment.name, region)} is not on main: make it with scripts/verify --record`;
        return { name, passed: false, reason };
      }
      if (record.revision !== revision) {
        const reason = `verified at ${shortOf(record.revision)}, not at ${shortOf(revision)}`;
        return { name, passed: false, reason };
      }
      const pin = pins.get(region);
      const isThere = pin !== undefined && (await isAncestor(repository, revision, pin.revision));
      return {
        name,
        passed: isThere,
        reason: isThere
          ? `healthy at this revision at ${record.verifiedAt}`
          : `${region} was taken back to ${pin ? shortOf(pin.revision) : 'nothing'} after it was verified`,
      };
    }),
  );
}
