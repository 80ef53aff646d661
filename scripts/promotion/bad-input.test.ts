import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { pinPath, verifiedPath, yamlOf } from './pins.ts';
import type { PromoteOptions } from './promote.ts';
import { release } from './release.ts';
import { rollback } from './rollback.ts';
import { contractsWith, createGitWorld, production, refusals, type GitWorld } from './testing/git-world.ts';

// Each step is several processes of git, and the machine may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const hash = 'a'.repeat(40);
let world: GitWorld;
let before: string;
beforeEach(async () => {
  world = await createGitWorld();
  await world.release('1');
});
afterEach(() => world.remove());

/** Promoting is refused with these words, and leaves everything as it was. */
async function expectRefused(message: string | RegExp, changed: Partial<PromoteOptions> = {}): Promise<void> {
  before = await world.state();
  await expect(world.promote(changed.wave ?? 1, changed)).rejects.toThrow(message);
  expect(await world.state()).toBe(before);
}

/** Gates say no with these reasons, and everything is as it was. */
async function expectHalted(
  reasons: readonly unknown[],
  changed: Partial<PromoteOptions> = {},
): Promise<void> {
  before = await world.state();
  const result = await world.promote(changed.wave ?? 1, changed);
  expect(refusals(result.gates)).toEqual(reasons);
  expect('branch' in result).toBe(false);
  expect(await world.state()).toBe(before);
}

it('a wave, a revision or a remote that is not there', async () => {
  await expectRefused('production has the waves 1 to 3, not 4', { wave: 4 });
  await expectRefused('there is no revision nowhere in this repository', { revision: 'nowhere' });
  await expectRefused('there is no revision --all in this repository', { revision: '--all' });
  await expectRefused(/^main of the remote gone could not be fetched: fatal: 'gone' does not appear/, {
    remote: 'gone',
  });
  await expectRefused(/^main of the remote https:\/\/127\.0\.0\.1:1\/x could not be fetched: fatal: /, {
    remote: 'https://user:secret@127.0.0.1:1/x',
  });
  const withPassword = world.promote(1, { remote: 'https://user:secret@127.0.0.1:1/x' });
  await expect(withPassword).rejects.not.toThrow(/secret/);
  await expectRefused('wave 1 (ap-southeast) does not run one revision: give --revision', { wave: 2 });
});

it('a dirty tree, where it matters', async () => {
  world.write({ 'notes.md': 'mine', 'dist/production/us-east/services.yaml': 'edited' });
  await expectRefused('dist/production/us-east/services.yaml is changed and not committed: commit it');
  await expect(
    release(world.clone, { revision: undefined, remote: 'origin', push: 'not-yet' }),
  ).rejects.toThrow('dist/production/us-east/services.yaml is changed and not committed');
  await world.clone.run('checkout', '--', 'dist');
  world.write({ 'environments/releases/production/us-east.yaml': 'x' });
  await expectRefused('environments/releases/production/us-east.yaml is changed and not committed');
  await expect(
    rollback(world.clone, { environment: production, regions: ['us-east'], remote: 'origin', push: true }),
  ).rejects.toThrow('environments/releases/production/us-east.yaml is changed and not committed');
  expect(readFileSync(join(world.clone.folder, 'notes.md'), 'utf8')).toBe('mine');
});

it('a dist that was edited by hand, and committed', async () => {
  await world.commitToMain({ 'dist/production/ap-southeast/services.yaml': 'edited: by hand' });
  const made = await release(world.clone, { revision: undefined, remote: 'origin', push: 'main' });
  await world.clone.run('pull', '--quiet', '--ff-only', 'origin', 'main');
  const short = made.release.revision.slice(0, 12);
  await expectHalted([`reproduces: dist/production/ap-southeast is not what ${short} renders`]);
});

it('a render that fails, or that needs what is not there', async () => {
  await expectHalted([expect.stringMatching(/^reproduces: Command failed with exit code 3: /)], {
    render: ['node', '-e', 'process.exit(3)'],
  });
  await expectHalted([expect.stringMatching(/^reproduces: Command failed with ENOENT: /)], {
    render: ['no-such-renderer'],
  });
});

it('a revision that is not on main: its sources are not run', async () => {
  await world.clone.run('checkout', '--quiet', '-b', 'aside');
  world.write({ value: 'aside' });
  await world.clone.run('commit', '--quiet', '--all', '--message', 'aside');
  const aside = await world.clone.run('rev-parse', 'HEAD');
  const short = aside.slice(0, 12);
  const unreviewed = 'not looked at: sources that are not on main are not run';
  await expectHalted(
    [
      `on main: ${short} is not an ancestor of main`,
      `recorded: environments/releases/records/${short}.yaml is not on main: make it with scripts/release`,
      'image built: there is no record that would name the images',
      `reproduces: ${unreviewed}`,
      `contracts: ${unreviewed}`,
    ],
    { revision: 'aside' },
  );
});

it('a record that says another tree', async () => {
  const [record = ''] = (await world.clone.run('ls-files', 'environments/releases/records')).split('\n');
  const text = readFileSync(join(world.clone.folder, record), 'utf8');
  const wrong = text.replace(/(ap-southeast: ")[0-9a-f]{40}/, `$1${hash}`);
  await world.commitToMain({ [record]: wrong });
  await expectHalted([
    expect.stringMatching(
      `^recorded: ${record} says aaaaaaaaaaaa of dist/production/ap-southeast, which is `,
    ),
  ]);
  await world.commitToMain({ [record]: `${text}extra: 1\n` });
  await expectRefused(`${record}: Unrecognized key: "extra"`);
});

it('a freeze, and a calendar that is wrong', async () => {
  const freeze = (start: string, end: string, environment = 'production'): Promise<string> =>
    world.commitToMain({
      'environments/freeze.yaml': `- environments: [${environment}]\n  start: ${start}\n  end: ${end}\n  reason: the sales week\n`,
    });
  await freeze('2026-11-25T00:00:00Z', '2026-12-01T00:00:00Z');
  await expectHalted(['no freeze: frozen until 2026-12-01T00:00:00Z: the sales week']);
  await freeze('2026-11-25T12:00:01Z', '2026-12-01T00:00:00Z');
  expect('branch' in (await world.promote(1, { push: false }))).toBe(true);
  await freeze('2026-12-01T00:00:00Z', '2026-11-25T00:00:00Z');
  await expectRefused('environments/freeze.yaml: 0: the end must come after the start');
  await freeze('2026-11-25T00:00:00Z', '2026-12-01T00:00:00Z', 'prodution');
  await expectRefused('environments/freeze.yaml: 0.environments.0: must be of dev, staging, production');
});

it('an image that was never built', async () => {
  const nothing = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
  const value = `registry.meridian.example/meridian/programs@sha256:${nothing}`;
  const regions = production.regions.map(({ name }) => name);
  const files = regions.map((region) => [
    `dist/production/${region}/services.yaml`,
    `region: ${region}\nimage: ${value}`,
  ]);
  await world.commitToMain({ value, ...Object.fromEntries(files) });
  await release(world.clone, { revision: undefined, remote: 'origin', push: 'main' });
  await world.clone.run('pull', '--quiet', '--ff-only', 'origin', 'main');
  await expectHalted([
    'image built: registry.meridian.example/meridian/programs was never built: its digest is the hash of nothing',
  ]);
});

it('a duplicated pin, and one of a region that there is not', async () => {
  await world.roll(1);
  const text = `${await world.pinText('ap-southeast')}\n`;
  await world.commitToMain({ 'environments/releases/production/canary.yaml': text });
  await expectRefused(
    'environments/releases/production/canary.yaml: holds the pin of production/ap-southeast: a region has one pin, in its own file',
  );
  await world.clone.run('rm', '--quiet', 'environments/releases/production/canary.yaml');
  await world.commitToMain({
    'environments/releases/production/moon.yaml': text.replace('ap-southeast', 'moon'),
  });
  await expectRefused('environments/releases/production/moon.yaml: there is no region moon in production');
});

/** A pin of us-west as main stands, changed. */
async function pinUsWest(change: (text: string) => string): Promise<void> {
  const tree = await world.clone.run('rev-parse', 'HEAD:dist/production/us-west');
  const revision = await world.clone.run('rev-parse', 'HEAD');
  const text = yamlOf({ environment: 'production', region: 'us-west', revision, tree });
  await world.commitToMain({ [pinPath('production', 'us-west')]: change(text) });
}

it('a pin whose revision is not here, or whose tree is another', async () => {
  await pinUsWest((text) => text.replace(/revision: ".*"/, `revision: "${hash}"`));
  await expectRefused(
    `${pinPath('production', 'us-west')}: revision aaaaaaaaaaaa is not in this repository (a shallow clone: git fetch --unshallow)`,
  );
  await pinUsWest((text) => text.replace(/tree: ".*"/, `tree: "${hash}"`));
  await expectRefused(/us-west\.yaml: tree is aaaaaaaaaaaa, but [0-9a-f]{12} has [0-9a-f]{12}$/);
});

it('a step back', async () => {
  const first = await world.clone.run('rev-parse', 'HEAD~1');
  const second = await world.release('2', contractsWith('id: z.string()'));
  await world.roll(1, { eventSchemas: async () => ({}) });
  await expectHalted(
    [
      `forward: ap-southeast runs ${second.slice(0, 12)}, which ${first.slice(0, 12)} does not come after: use scripts/rollback`,
    ],
    { revision: first, eventSchemas: async () => ({}) },
  );
});

it('a branch of that name with another content, here or on the remote', async () => {
  const { clone } = world;
  const revision = await clone.run('rev-parse', 'HEAD~1');
  const branch = `promote/production/wave-1/${revision.slice(0, 12)}`;
  const other = await clone.run('commit-tree', '-m', 'somebody else', '-p', 'HEAD', 'HEAD^{tree}');
  await clone.run('push', '--quiet', 'origin', `${other}:refs/heads/${branch}`);
  await expectRefused(
    `the branch ${branch} is on origin already, with another content (${other.slice(0, 12)}): merge it or delete it, then run this again`,
  );
  await clone.run('push', '--quiet', 'origin', `:refs/heads/${branch}`);
  await clone.run('branch', branch, other);
  await expectRefused(`the branch ${branch} is here already, with another content`);
});

it('a remote that takes no push leaves no branch behind', async () => {
  await world.clone.run('remote', 'set-url', '--push', 'origin', join(world.folder, 'gone.git'));
  await expectRefused(/^git push: fatal: /);
});

it('the same promotion again finds its branch, and moves nothing once it is merged', async () => {
  const once = await world.promote(1);
  const again = await world.promote(1);
  if (!('branch' in once) || !('branch' in again)) throw new Error('a gate said no');
  expect(again.commit).toBe(once.commit);
  await world.merge(once.commit);
  await expectRefused('main has this already: environments/releases/production/ap-southeast.yaml');
});

it('a rollback where nothing was ever promoted or verified, or the record is wrong', async () => {
  const back = (region: string): Promise<unknown> =>
    rollback(world.clone, { environment: production, regions: [region], remote: 'origin', push: true });
  await expect(back('us-east')).rejects.toThrow(
    'environments/releases/production/us-east.yaml is not on main: us-east was never promoted',
  );
  await expect(back('moon')).rejects.toThrow('there is no region moon in production');
  await world.roll(1);
  await expect(back('ap-southeast')).rejects.toThrow(/^production\/ap-southeast: no revision before /);
  await world.commitToMain({ [verifiedPath('production', 'ap-southeast')]: 'environment: production\n' });
  await expect(back('ap-southeast')).rejects.toThrow(
    'environments/releases/verified/production/ap-southeast.yaml: region: ',
  );
});
