import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { checkReleases } from './check.ts';
import { builtDigest, writeBuild } from './image-file.ts';
import { imagesIn } from './images.ts';
import { pinPath, yamlOf } from './pins.ts';
import { release, type Recorded } from './release.ts';
import { releaseNamed, releasesAt } from './releases.ts';
import { gitWorlds, noon, type GitWorld } from './testing/git-world.ts';
import { fixtureText } from './testing/applications.ts';
import { verify, type VerifyOptions } from './verify.ts';

// Each step is several processes of git, and the machine may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const freshWorld = gitWorlds();
let world: GitWorld;
beforeEach(() => void (world = freshWorld()));
afterEach(() => world.remove());

const make = (changed: { revision?: string; push?: 'branch' | 'not-yet' } = {}): Promise<Recorded> =>
  release(world.clone, { revision: undefined, remote: 'origin', push: 'not-yet', ...changed });

it('records the trees by region and the digests of a revision, in a file of its own', async () => {
  const revision = await world.change('1');
  const before = await world.state();
  const made = await make();
  if (made.outcome !== 'made') throw new Error('nothing was made');
  const short = revision.slice(0, 12);
  expect(made).toMatchObject({ branch: `release/${short}`, push: 'not-yet' });
  const path = `environments/releases/records/${short}.yaml`;
  expect(await world.clone.run('diff', '--name-only', 'origin/main', made.commit)).toBe(path);
  const text = await world.clone.run('show', `${made.commit}:${path}`);
  const trees = await Promise.all(
    ['ap-southeast', 'eu-central', 'us-east', 'us-west'].map(
      async (region) =>
        `    ${region}: "${await world.clone.run('rev-parse', `${revision}:dist/production/${region}`)}"`,
    ),
  );
  const committedAt = await world.clone.run('show', '--no-patch', '--format=%cI', revision);
  expect(text.split('\n')).toEqual([
    `revision: "${revision}"`,
    `committedAt: "${committedAt}"`,
    'images:',
    `  - "registry.meridian.example/meridian/programs@sha256:${'1'.repeat(64)}"`,
    'trees:',
    '  production:',
    ...trees,
  ]);
  await world.clone.run('branch', '-D', made.branch);
  expect(await world.state()).toBe(before);
});

it('lists the newest first, finds one by its beginning, and makes no second record of the very same', async () => {
  const first = await world.release('1');
  const second = await world.release('2');
  const main = await world.clone.run('rev-parse', 'origin/main');
  expect((await releasesAt(world.clone, main)).map(({ revision }) => revision)).toEqual([second, first]);
  expect((await releaseNamed(world.clone, main, first.slice(0, 7))).revision).toBe(first);
  await expect(releaseNamed(world.clone, main, 'f00')).rejects.toThrow(
    'there is no release f00 in environments/releases/records on main',
  );
  await expect(releaseNamed(world.clone, main, '')).rejects.toThrow(' begins several releases');
  await world.commitToMain({ 'notes.md': 'nothing that is rolled out' });
  expect(await make()).toMatchObject({ outcome: 'same', release: { revision: second } });
});

it('refuses a revision that is not on main, or that has no dist', async () => {
  await world.commitToMain({ 'notes.md': 'no dist yet' });
  await expect(make()).rejects.toThrow(/^dist is not in revision [0-9a-f]{12}$/);
  await world.change('1');
  await world.clone.run('commit', '--quiet', '--allow-empty', '--message', 'not pushed');
  await expect(make({ revision: 'HEAD' })).rejects.toThrow(
    /^[0-9a-f]{12} is not an ancestor of main: merge it/,
  );
});

it('reads the images of containers and of custom kinds, whatever the quotes', () => {
  const text = `spec:\n  containers: [{ image: "a@sha256:1" }]\n---\nimageName: 'b:2'\nimagePullPolicy: Always\n`;
  expect(imagesIn([{ path: 'x.yaml', text }])).toEqual(['a@sha256:1', 'b:2']);
});

it('checks what a pull request says: pins, records and freezes, all of it at once', async () => {
  const revision = await world.release('1');
  await world.roll(1);
  const check = (): Promise<readonly string[]> => checkReleases(world.clone, 'HEAD', 'HEAD');
  expect(await check()).toEqual([]);
  const record = `environments/releases/records/${revision.slice(0, 12)}.yaml`;
  const text = readFileSync(join(world.clone.folder, record), 'utf8');
  const hash = 'a'.repeat(40);
  await world.commitToMain({
    [record]: text.replace(/(us-east: ")[0-9a-f]{40}/, `$1${hash}`),
    [pinPath('production', 'us-west')]: yamlOf({
      environment: 'production',
      region: 'us-west',
      revision,
      tree: hash,
    }),
    'environments/freeze.yaml': '- reason: none\n',
  });
  const tree = await world.clone.run('rev-parse', `${revision}:dist/production/us-west`);
  expect(await check()).toEqual([
    expect.stringMatching(/^environments\/freeze\.yaml: 0\.environments: /),
    `${record}: is not what ${revision.slice(0, 12)} holds: make it again with scripts/release`,
    `environments/releases/production/us-west.yaml: tree is aaaaaaaaaaaa, but ${revision.slice(0, 12)} has ${tree.slice(0, 12)}`,
  ]);
});

it('a pull request may not pin what it brings itself', async () => {
  const base = await world.release('1');
  const revision = await world.change('2');
  const tree = await world.clone.run('rev-parse', `${revision}:dist/production/us-west`);
  const pin = { environment: 'production', region: 'us-west', revision, tree };
  await world.commitToMain({ [pinPath('production', 'us-west')]: yamlOf(pin) });
  expect(await checkReleases(world.clone, 'HEAD', 'HEAD')).toEqual([]);
  expect(await checkReleases(world.clone, 'HEAD', base)).toEqual([
    `environments/releases/production/us-west.yaml: revision ${revision.slice(0, 12)} is not an ancestor of main`,
  ]);
});

it('writes the digest of a build, and refuses one that is none', async () => {
  const file = join(world.folder, 'image.json');
  writeFileSync(
    file,
    '{ "repository": "registry.meridian.example/programs", "tag": "0.1.0", "digest": "old", "builtFrom": null }',
  );
  const digest = `sha256:${'d'.repeat(64)}`;
  const commit = 'c'.repeat(40);
  expect(await writeBuild(file, builtDigest(digest), commit)).toBe(
    `registry.meridian.example/programs@${digest}`,
  );
  expect(readFileSync(file, 'utf8')).toBe(
    `{\n  "repository": "registry.meridian.example/programs",\n  "tag": "0.1.0",\n  "digest": "${digest}",\n  "builtFrom": "${commit}"\n}\n`,
  );
  expect(() => builtDigest('latest')).toThrow('must be sha256: and 64 hexadecimal digits.');
  expect(() =>
    builtDigest('sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'),
  ).toThrow('is the hash of empty input: no build has it.');
  writeFileSync(file, '{}');
  await expect(writeBuild(file, digest, commit)).rejects.toThrow('image.json: repository: ');
  expect(readFileSync(file, 'utf8')).toBe('{}');
});

it('records a wave as verified when every gate of every region says yes, else nothing', async () => {
  const revision = await world.release('1');
  await world.roll(1);
  await world.verified('ap-southeast', revision);
  await world.roll(2);
  const application = fixtureText('healthy').replaceAll('a'.repeat(40), revision);
  const audit = {
    verdict: 'clean',
    environment: 'production',
    region: 'us-west',
    startedAt: '2026-11-25T11:58:00Z',
    orders: 5,
    away: [],
    invariants: [],
  };
  const files = { application: join(world.folder, 'app.json'), audit: join(world.folder, 'audit.json') };
  writeFileSync(files.application, application);
  writeFileSync(files.audit, JSON.stringify(audit));
  const target = await world.target();
  const options = (soakSeconds: number, audits = [files.audit]): VerifyOptions => ({
    target,
    evidence: new Map([
      [
        'us-west',
        {
          applications: { files: [files.application] },
          audits,
          prometheus: undefined,
          hold: { soakSeconds },
        },
      ],
    ]),
    now: noon,
    record: 'branch',
  });
  const before = await world.state();
  const early = await verify(world.clone, options(3600));
  expect(early).toMatchObject({ passed: false, recorded: undefined });
  expect(early.regions[0]?.gates).toContainEqual({
    name: 'healthy',
    passed: false,
    reason: `at ${revision.slice(0, 12)}: healthy for 300 s of the 3600 s to hold`,
  });
  await expect(verify(world.clone, options(60, []))).rejects.toThrow(
    'a record of us-west needs a report beside its health: --audit or --prometheus',
  );
  writeFileSync(files.application, application.replace('2026-11-25T11:50:00Z', '2026-11-26T11:50:00Z'));
  await expect(verify(world.clone, options(60))).rejects.toThrow(
    /app\.json: status\.health\.lastTransitionTime: 2026-11-26T11:50:00Z is in the future/,
  );
  writeFileSync(files.application, application);
  writeFileSync(files.audit, JSON.stringify({ ...audit, region: 'us-east' }));
  await expect(verify(world.clone, options(60))).rejects.toThrow(
    /audit\.json: is an audit of production\/us-east, not of production\/us-west$/,
  );
  writeFileSync(files.audit, JSON.stringify(audit));
  // It was unhealthy once more after its sync, and after the report.
  writeFileSync(files.application, application.replace('2026-11-25T11:50:00Z', '2026-11-25T11:58:01Z'));
  expect((await verify(world.clone, options(60))).regions[0]?.gates).toContainEqual({
    name: 'audit',
    passed: false,
    reason:
      'audit.json: is of 2026-11-25T11:58:00Z, before 2026-11-25T11:58:01Z, when the sync began or the health last changed: audit again',
  });
  writeFileSync(files.application, application);
  expect(await world.state()).toBe(before);

  const held = await verify(world.clone, options(60));
  expect(held.recorded?.branch).toBe(`verified/production/us-west/${revision.slice(0, 12)}`);
  const path = 'environments/releases/verified/production/us-west.yaml';
  expect((await world.clone.run('show', `${held.recorded?.commit}:${path}`)).split('\n').slice(-4)).toEqual([
    'verifiedAt: "2026-11-25T12:00:00.000Z"',
    'evidence:',
    '  - "Application in app.json"',
    '  - "audit report audit.json"',
  ]);
  // The next wave goes by it once it is merged.
  expect('branch' in (await world.promote(3))).toBe(false);
  await world.merge(held.recorded!.commit);
  expect(await world.roll(3)).toEqual(['eu-central', 'us-east']);
});
