import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { environmentNamed } from '../../environments/index.ts';
import { parsePin, pinPath, recordPath, textOf } from './pins.ts';
import { promote, rollback } from './promote.ts';
import { openRepository, type Repository } from './repository.ts';

const environment = environmentNamed('production');
const regions = environment.regions.map(({ name }) => name);
/** Renders as the real one does, from something small: the file `value` into each region's folder. */
const render = [
  'node',
  '-e',
  `const fs = require('node:fs'); for (const region of ${JSON.stringify(regions)}) {
     const folder = 'dist/production/' + region; fs.mkdirSync(folder, { recursive: true });
     fs.writeFileSync(folder + '/services.yaml', region + ': ' + fs.readFileSync('value', 'utf8'));
   }`,
] as const;

let folder: string;
let clone: Repository;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'meridian-gitops-'));
  await execa('git', ['init', '--quiet', '--bare', '--initial-branch=main', join(folder, 'origin.git')]);
  await execa('git', ['clone', '--quiet', join(folder, 'origin.git'), join(folder, 'clone')]);
  clone = openRepository(join(folder, 'clone'));
  for (const [key, value] of [
    ['user.name', 'Release'],
    ['user.email', 'release@meridian.example'],
    ['commit.gpgsign', 'false'],
  ] as const) {
    await clone.run('config', key, value);
  }
  await clone.run('checkout', '--quiet', '-B', 'main');
  mkdirSync(join(folder, 'clone/node_modules'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function commitToMain(files: Record<string, string>): Promise<string> {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(clone.folder, path)), { recursive: true });
    writeFileSync(join(clone.folder, path), text);
    await clone.run('add', path);
  }
  await clone.run('commit', '--quiet', '--message', 'change');
  await clone.run('push', '--quiet', 'origin', 'main');
  return clone.run('rev-parse', 'HEAD');
}

async function release(value: string): Promise<string> {
  return commitToMain({
    value,
    ...Object.fromEntries(
      regions.map((region) => [`dist/production/${region}/services.yaml`, `${region}: ${value}`]),
    ),
  });
}

const settings = { environment, remote: 'origin', push: true, now: new Date('2026-11-25T12:00:00Z'), render };

async function merged(wave: number, revision?: string): Promise<string[]> {
  const result = await promote(clone, { ...settings, wave, revision });
  if (!('branch' in result)) throw new Error(JSON.stringify(result.gates));
  await clone.run('merge', '--quiet', '--no-edit', result.commit);
  await clone.run('push', '--quiet', 'origin', 'main');
  return result.moved.map(({ region }) => region);
}

async function pins(): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const region of regions) {
    const text = await clone.ask('show', `origin/main:${pinPath('production', region)}`);
    if (text !== undefined) found[region] = parsePin(text, pinPath('production', region)).revision;
  }
  return found;
}

async function verified(region: string, revision: string): Promise<void> {
  const tree = await clone.run('rev-parse', `${revision}:dist/production/${region}`);
  const pin = { environment: 'production', region, revision, tree };
  await commitToMain({
    [recordPath('production', region)]: textOf({
      ...pin,
      verifiedAt: '2026-11-25T11:00:00Z',
      evidence: 'test',
    }),
  });
}

it('moves wave by wave only what was verified, and takes one region back', async () => {
  const first = await release('1');
  expect(await merged(1)).toEqual(['ap-southeast']);
  expect(await pins()).toEqual({ 'ap-southeast': first });

  const tooSoon = await promote(clone, { ...settings, wave: 2, revision: first });
  expect(tooSoon.gates.filter(({ passed }) => !passed).map(({ reason }) => reason)).toEqual([
    'environments/verified/production/ap-southeast.yaml is not there',
  ]);
  expect('branch' in tooSoon).toBe(false);
  expect(await pins()).toEqual({ 'ap-southeast': first });

  await verified('ap-southeast', first);
  expect(await merged(2, first)).toEqual(['us-west']);
  await verified('us-west', first);
  expect(await merged(3, first)).toEqual(['eu-central', 'us-east']);
  expect(await pins()).toEqual(Object.fromEntries(regions.map((region) => [region, first])));

  const second = await release('2');
  expect(await merged(1, second)).toEqual(['ap-southeast']);
  const elsewhere = await promote(clone, { ...settings, wave: 2, revision: second });
  expect(elsewhere.gates.find(({ passed }) => !passed)?.reason).toBe(
    `verified at ${first.slice(0, 12)}, not at ${second.slice(0, 12)}`,
  );

  const back = await rollback(clone, { ...settings, regions: ['ap-southeast'] });
  await clone.run('merge', '--quiet', '--no-edit', back.commit);
  await clone.run('push', '--quiet', 'origin', 'main');
  expect(await pins()).toEqual(Object.fromEntries(regions.map((region) => [region, first])));
}, 60_000);

it('refuses a dist that is not what the revision renders, and a freeze', async () => {
  await release('1');
  await commitToMain({ 'dist/production/ap-southeast/services.yaml': 'edited: by hand' });
  await commitToMain({
    'environments/freeze.yaml':
      '- environments: [production]\n  from: 2026-11-25T00:00:00Z\n  to: 2026-12-01T00:00:00Z\n  reason: the sales week\n',
  });
  const { gates } = await promote(clone, { ...settings, wave: 1, revision: undefined });
  expect(gates.filter(({ passed }) => !passed).map(({ reason }) => reason)).toEqual([
    'frozen until 2026-12-01T00:00:00Z: the sales week',
    expect.stringMatching(/^dist\/production\/ap-southeast is not what [0-9a-f]{12} renders$/),
  ]);
});

it('tells in a line what is wrong, and leaves no branch and no checkout behind', async () => {
  await release('1');
  const before = await clone.run('for-each-ref', '--format=%(refname)', 'refs/heads');
  const attempt = (change: object): Promise<unknown> =>
    promote(clone, { ...settings, wave: 1, revision: undefined, ...change });
  await expect(attempt({ revision: 'nowhere' })).rejects.toThrow(
    'there is no revision nowhere in this repository',
  );
  await expect(attempt({ wave: 4 })).rejects.toThrow('production has the waves 1 to 3, not 4');
  await expect(attempt({ environment: environmentNamed('dev') })).rejects.toThrow('dev follows main');
  await clone.run('remote', 'add', 'gone', join(folder, 'gone.git'));
  await expect(attempt({ remote: 'gone' })).rejects.toThrow(/^git fetch: fatal: /);
  await expect(rollback(clone, { ...settings, regions: ['moon'] })).rejects.toThrow(
    'there is no region moon in production',
  );
  await expect(rollback(clone, { ...settings, regions: ['us-east'] })).rejects.toThrow(
    'us-east was never promoted',
  );
  expect(await clone.run('for-each-ref', '--format=%(refname)', 'refs/heads')).toBe(before);
  expect((await clone.run('worktree', 'list')).split('\n')).toHaveLength(1);
});

it('does not overwrite a branch of that name with another content on the remote', async () => {
  const revision = await release('1');
  const branch = `promote/production/wave-1/${revision.slice(0, 12)}`;
  await clone.run('commit', '--quiet', '--allow-empty', '--message', 'somebody else');
  await clone.run('push', '--quiet', 'origin', `HEAD:refs/heads/${branch}`);
  await clone.run('reset', '--quiet', '--hard', revision);
  await expect(promote(clone, { ...settings, wave: 1, revision: undefined })).rejects.toThrow(
    /^git push: error/,
  );
  expect(await clone.run('for-each-ref', '--format=%(refname)', 'refs/heads')).toBe('refs/heads/main');
});

it('refuses a pin with an unknown key, a key that is there twice, or of another region', () => {
  const hash = 'a'.repeat(40);
  const text = `environment: production\nregion: us-east\nrevision: "${hash}"\ntree: "${hash}"\n`;
  const path = pinPath('production', 'us-east');
  expect(parsePin(text, path).revision).toBe(hash);
  expect(() => parsePin(`${text}extra: 1\n`, path)).toThrow(`${path}: Unrecognized key: "extra"`);
  expect(() => parsePin(`${text}region: us-west\n`, path)).toThrow(`${path}: Map keys must be unique`);
  expect(() => parsePin(text, pinPath('production', 'us-west'))).toThrow(
    'a region has one pin, in its own file',
  );
  expect(() => parsePin(text.replaceAll('"', '').replaceAll('a'.repeat(40), '1'.repeat(40)), path)).toThrow(
    'revision: Invalid input',
  );
});
