import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { checkReleases } from './check.ts';
import { pinPath } from './pins.ts';
import { releaseOf, releasePath, releaseText } from './releases.ts';
import { expectHalted, pinUsWest } from './testing/expect-refused.ts';
import { gitWorlds, type GitWorld } from './testing/git-world.ts';
import { imageWith, production } from './testing/sources.ts';

// Each step is several processes of git, and the machine may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const freshWorld = gitWorlds((template) => template.release('1'));
let world: GitWorld;
beforeEach(() => void (world = freshWorld()));
afterEach(() => world.remove());

const nothing = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

const reason = (place: string): string =>
  `${place} names registry.meridian.example/meridian/programs@sha256:e3b0c44298fc…: the hash of empty input, which no image has`;

it('an image that was never built: no record of it, and no promotion with one', async () => {
  const value = `registry.meridian.example/meridian/programs@${nothing}`;
  const folders = production.regions.map((region) => `dist/production/${region}`);
  const files = folders.map((folder) => [`${folder}/services.yaml`, `image: ${value}`]);
  const revision = await world.commitToMain({ value, ...Object.fromEntries(files) });
  const short = revision.slice(0, 12);
  await expect(world.record()).rejects.toThrow(`${short}: ${reason('dist')}`);
  // A record by hand, and a pin by hand.
  await world.commitToMain({ [releasePath(revision)]: releaseText(await releaseOf(world.clone, revision)) });
  const sameContent = ['node', '-e', ''] as const;
  await expectHalted(world, [`image built: ${reason('dist/production/ap-southeast')}`], {
    render: sameContent,
  });
  const base = await world.clone.run('rev-parse', 'HEAD');
  await pinUsWest(world, (text) => text.replace(/revision: ".*"/, `revision: "${revision}"`));
  expect(await checkReleases(world.clone, 'HEAD', base)).toEqual([
    `${pinPath('production', 'us-west')}: ${reason('dist/production/us-west')}`,
  ]);
});

it('an image of other sources than the revision’s', async () => {
  const built = await world.clone.run('rev-list', '--max-parents=0', 'HEAD');
  await world.change('2', { 'main.ts': 'export const changed = true;\n' });
  const outdated = `the image is of ${built.slice(0, 12)}, and main.ts changed since: merge the pull request of the newer image`;
  await expect(world.record()).rejects.toThrow(outdated);
  await world.change('3', imageWith(await world.clone.run('rev-parse', 'HEAD')));
  await world.change('4', { 'main.test.ts': 'not in the image\n', 'notes.md': 'neither is this\n' });
  await world.record();
  expect('branch' in (await world.promote(1, { push: false }))).toBe(true);
  await world.change('5', imageWith(null));
  await expect(world.record()).rejects.toThrow('environments/image.json: no image was built yet');
});
