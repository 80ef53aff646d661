import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { pinPath } from './pins.ts';
import { promote } from './promote.ts';
import { release } from './release.ts';
import { rollback } from './rollback.ts';
import { targetOf } from './target.ts';
import { expectRefused, pinUsWest } from './testing/expect-refused.ts';
import { gitWorlds, refusals, type GitWorld } from './testing/git-world.ts';
import { declared, environmentsWith } from './testing/sources.ts';

// Each step is several processes of git, and the machine may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const freshWorld = gitWorlds((template) => template.release('1'));
let world: GitWorld;
beforeEach(() => void (world = freshWorld()));
afterEach(() => world.remove());

const hash = 'a'.repeat(40);

it('a wave, a revision or a remote that is not there', async () => {
  await expectRefused(world, 'production has the waves 1 to 3, not 4', { wave: 4 });
  await expectRefused(world, 'there is no revision nowhere in this repository', { revision: 'nowhere' });
  await expectRefused(world, 'there is no revision --all in this repository', { revision: '--all' });
  await expectRefused(world, /^main of the remote gone could not be fetched: fatal: 'gone' does not appear/, {
    remote: 'gone',
  });
  await expectRefused(
    world,
    /^main of the remote https:\/\/127\.0\.0\.1:1\/x could not be fetched: fatal: /,
    {
      remote: 'https://user:secret@127.0.0.1:1/x',
    },
  );
  const withPassword = world.promote(1, { remote: 'https://user:secret@127.0.0.1:1/x' });
  await expect(withPassword).rejects.not.toThrow(/secret/);
  await expectRefused(world, 'wave 1 (ap-southeast) runs nothing yet: begin with --wave all', { wave: 2 });
});

it('a dirty tree, where it matters', async () => {
  world.write({ 'notes.md': 'mine', 'dist/production/us-east/services.yaml': 'edited' });
  await expectRefused(world, 'dist/production/us-east/services.yaml is changed and not committed: commit it');
  await expect(
    release(world.clone, { revision: undefined, remote: 'origin', push: 'not-yet' }),
  ).rejects.toThrow('dist/production/us-east/services.yaml is changed and not committed');
  await world.clone.run('checkout', '--', 'dist');
  world.write({ 'environments/releases/production/us-east.yaml': 'x' });
  await expectRefused(world, 'environments/releases/production/us-east.yaml is changed and not committed');
  await expect(
    rollback(world.clone, { target: await world.target(), regions: ['us-east'], push: true }),
  ).rejects.toThrow('environments/releases/production/us-east.yaml is changed and not committed');
  expect(readFileSync(join(world.clone.folder, 'notes.md'), 'utf8')).toBe('mine');
});

it('main as it is: not what this checkout says of waves and freezes', async () => {
  const { clone } = world;
  const own = await clone.run('rev-parse', 'HEAD');
  const waves: [string, ...string[]][] = [['us-west'], ['ap-southeast', 'eu-central', 'us-east']];
  const changed = declared.map((one) => (one.name === 'production' ? { ...one, waves } : one));
  const freeze = '- environments: [production]\n  start: 2026-01-01T00:00:00Z\n  end: 2027-01-01T00:00:00Z\n';
  await world.commitToMain({
    ...environmentsWith(changed),
    'environments/freeze.yaml': `${freeze}  reason: the sales week\n`,
  });
  await clone.run('reset', '--quiet', '--hard', own);
  const target = await targetOf(clone, 'origin', 'production');
  expect(target.environment.waves).toEqual(waves);
  const result = await promote(clone, { ...world.settings, target, wave: 1 });
  expect(refusals(result.gates)).toEqual(['no freeze: frozen until 2027-01-01T00:00:00Z: the sales week']);
  await clone.run('merge', '--quiet', '--ff-only', target.main);
  await world.commitToMain({
    'environments/index.ts': "throw new RangeError('replicas are more than the partitions');\n",
  });
  await expect(targetOf(clone, 'origin', 'production')).rejects.toThrow(
    /^environments\/index\.ts of [0-9a-f]{12}: RangeError: replicas are more than the partitions$/,
  );
  await world.commitToMain({
    'environments/index.ts': "export * from './dev.ts';\n",
    'environments/dev.ts': 'export const dev = 1;\n<<<<<<< HEAD\n',
  });
  await expect(targetOf(clone, 'origin', 'production')).rejects.toThrow(
    /^environments\/dev\.ts:2 of [0-9a-f]{12}: Merge conflict marker encountered\.$/,
  );
});

it('an unreachable remote, by what ssh says of it', async () => {
  const ssh = join(world.folder, 'ssh');
  const lines = ['ssh: connect to host a.example port 22: Connection refused', 'and more'];
  writeFileSync(ssh, `#!/bin/sh\nprintf '${lines.join('\\n')}\\n' >&2\nexit 255\n`, { mode: 0o755 });
  await world.clone.run('config', 'core.sshCommand', ssh);
  await expectRefused(world, `main of the remote ssh://a.example/x could not be fetched: ${lines[0]}`, {
    remote: 'ssh://a.example/x',
  });
});

it('a duplicated pin, and one of a region that there is not', async () => {
  await world.roll(1);
  const text = `${await world.pinText('ap-southeast')}\n`;
  await world.commitToMain({ 'environments/releases/production/canary.yaml': text });
  await expectRefused(
    world,
    'environments/releases/production/canary.yaml: holds the pin of production/ap-southeast: a region has one pin, in its own file',
  );
  // It would move nothing; to another region it does not matter.
  const target = await world.target();
  const back = (region: string) => rollback(world.clone, { target, regions: [region], push: true });
  await expect(back('ap-southeast')).rejects.toThrow('canary.yaml: holds the pin of production/ap-southeast');
  await expect(back('us-west')).rejects.toThrow('us-west.yaml is not on main');
  await world.clone.run('rm', '--quiet', 'environments/releases/production/canary.yaml');
  await world.commitToMain({
    'environments/releases/production/moon.yaml': text.replace('ap-southeast', 'moon'),
  });
  await expectRefused(
    world,
    'environments/releases/production/moon.yaml: there is no region moon in production',
  );
});

it('a pin whose revision is not here, or whose tree is another', async () => {
  await pinUsWest(world, (text) => text.replace(/revision: ".*"/, `revision: "${hash}"`));
  await expectRefused(
    world,
    `${pinPath('production', 'us-west')}: revision aaaaaaaaaaaa is not in this repository (a shallow clone: git fetch --unshallow)`,
  );
  await pinUsWest(world, (text) => text.replace(/tree: ".*"/, `tree: "${hash}"`));
  await expectRefused(world, /us-west\.yaml: tree is aaaaaaaaaaaa, but [0-9a-f]{12} has [0-9a-f]{12}$/);
});

it('a branch of that name with another content, here or on the remote', async () => {
  const { clone } = world;
  const revision = await clone.run('rev-parse', 'HEAD~1');
  const branch = `promote/production/wave-1/${revision.slice(0, 12)}`;
  const other = await clone.run('commit-tree', '-m', 'somebody else', '-p', 'HEAD', 'HEAD^{tree}');
  await clone.run('push', '--quiet', 'origin', `${other}:refs/heads/${branch}`);
  await expectRefused(
    world,
    `the branch ${branch} is on origin already, with another content (${other.slice(0, 12)}): merge it or delete it, then run this again`,
  );
  await clone.run('push', '--quiet', 'origin', `:refs/heads/${branch}`);
  await clone.run('branch', branch, other);
  await expectRefused(world, `the branch ${branch} is here already, with another content`);
});

it('a remote whose answer is no, or that has no main', async () => {
  const hook = join(world.origin, 'hooks/update');
  mkdirSync(dirname(hook), { recursive: true });
  writeFileSync(hook, '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  await expectRefused(world, /^git push: ! \[remote rejected\] .* \(hook declined\)$/);
  const empty = join(world.folder, 'empty.git');
  await world.clone.run('init', '--quiet', '--bare', empty);
  await expectRefused(world, `the remote ${empty} has no branch main`, { remote: empty });
});

it('a repository that cannot be read is not one without a freeze', async () => {
  await world.commitToMain({ 'environments/freeze.yaml': '[]\n' });
  const blob = await world.clone.run('rev-parse', 'HEAD:environments/freeze.yaml');
  rmSync(join(world.clone.folder, '.git/objects', blob.slice(0, 2), blob.slice(2)), { force: true });
  await expectRefused(world, /^git cat-file: fatal: /);
});

it('a remote that takes no push leaves no branch behind', async () => {
  await world.clone.run('remote', 'set-url', '--push', 'origin', join(world.folder, 'gone.git'));
  await expectRefused(world, /^git push: fatal: /);
});

it('two promotions at once, in one clone: each finds the branch of the other', async () => {
  const both = await Promise.all([world.promote(1), world.promote(1)]);
  const [one, other] = both.map((result) => ('branch' in result ? result : undefined));
  if (!one || !other) throw new Error('a gate said no');
  const there = await world.clone.run('ls-remote', 'origin', `refs/heads/${one.branch}`);
  expect([one.commit, other.commit]).toContain(there.split('\t')[0]);
  expect(await world.clone.run('rev-parse', `${one.commit}^{tree}`)).toBe(
    await world.clone.run('rev-parse', `${other.commit}^{tree}`),
  );
});

it('the same promotion again finds its branch, and moves nothing once it is merged', async () => {
  const once = await world.promote(1);
  const again = await world.promote(1);
  if (!('branch' in once) || !('branch' in again)) throw new Error('a gate said no');
  expect(again.commit).toBe(once.commit);
  await world.merge(once.commit);
  await expectRefused(world, 'main has this already: environments/releases/production/ap-southeast.yaml');
});
