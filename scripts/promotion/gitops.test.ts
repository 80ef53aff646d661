import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { rollback, type Rollback } from './rollback.ts';
import { gitWorlds, refusals, type GitWorld } from './testing/git-world.ts';
import { contractsWith, production } from './testing/sources.ts';

// Each step is several processes of git, and the machine may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const freshWorld = gitWorlds();
let world: GitWorld;
beforeEach(() => void (world = freshWorld()));
afterEach(() => world.remove());

const everywhere = (revision: string): Record<string, string> =>
  Object.fromEntries(production.regions.map((region) => [region, revision]));

it('moves wave by wave what was verified, halts at a broken gate, and takes back what went wrong', async () => {
  const { roll, promote, verified, pins, clone } = world;
  const contracts = contractsWith('id: z.string(), note: z.string()');
  const first = await world.release('1', contracts);
  expect(await pins()).toEqual({});

  expect(await roll(1)).toEqual(['ap-southeast']);
  expect(await pins()).toEqual({ 'ap-southeast': first });
  const tooSoon = await promote(2);
  expect('branch' in tooSoon).toBe(false);
  expect(refusals(tooSoon.gates)).toEqual([
    'ap-southeast verified: environments/releases/verified/production/ap-southeast.yaml is not on main: make it with scripts/verify --record',
  ]);

  await verified('ap-southeast', first);
  expect(await roll(2)).toEqual(['us-west']);
  await verified('us-west', first);
  expect(await roll(3)).toEqual(['eu-central', 'us-east']);
  expect(await pins()).toEqual(everywhere(first));

  // A merge moves nothing; the canary of the next release moves one region.
  const second = await world.release('2');
  expect(await pins()).toEqual(everywhere(first));
  expect(await roll(1)).toEqual(['ap-southeast']);
  expect(await pins()).toEqual({ ...everywhere(first), 'ap-southeast': second });

  // The canary is not verified at the new revision: its record is of the old one.
  const stopped = await promote(2, { revision: second });
  expect(refusals(stopped.gates)).toEqual([
    `ap-southeast verified: verified at ${first.slice(0, 12)}, not at ${second.slice(0, 12)}`,
  ]);

  const target = await world.target();
  const back = await rollback(clone, { target, push: true, regions: ['ap-southeast'] });
  expect(back.from.map(({ revision }) => revision)).toEqual([second]);
  await world.merge(back.commit);
  expect(await pins()).toEqual(everywhere(first));

  // The release after it breaks a contract: every other region still runs the first.
  await world.release('3', contractsWith('id: z.string()'));
  const broken = await promote(1);
  expect(refusals(broken.gates)).toEqual([
    expect.stringMatching(
      new RegExp(`^contracts: [a-z-]+ runs ${first.slice(0, 12)}: order-events/OrderPaid.note is gone$`),
    ),
  ]);
  expect(await pins()).toEqual(everywhere(first));

  // What mends it goes out.
  const fourth = await world.release('4', contracts);
  expect(await roll(1)).toEqual(['ap-southeast']);
  expect(await pins()).toEqual({ ...everywhere(first), 'ap-southeast': fourth });
});

it('after two rollbacks a region is not back at what the first one took away', async () => {
  const { roll, verified, pins, clone } = world;
  const back = async (): Promise<Rollback> =>
    rollback(clone, { target: await world.target(), push: true, regions: ['ap-southeast'] });
  const revisions: string[] = [];
  for (const letter of ['1', '2', '3']) {
    const revision = await world.release(letter, contractsWith('id: z.string()'));
    await roll(1);
    await verified('ap-southeast', revision);
    revisions.push(revision);
  }
  await world.merge((await back()).commit);
  expect(await pins()).toEqual({ 'ap-southeast': revisions[1] });
  await verified('ap-southeast', revisions[1]!);
  await world.merge((await back()).commit);
  expect(await pins()).toEqual({ 'ap-southeast': revisions[0] });
  await expect(back()).rejects.toThrow(
    `production/ap-southeast: no revision before ${revisions[0]!.slice(0, 12)} was ever verified there`,
  );
});

it('tells of a wave that is promoted again which regions move, not which stay', async () => {
  const contracts = contractsWith('id: z.string()');
  const revisions = [await world.release('1', contracts), await world.release('2', contracts)];
  for (const revision of revisions) {
    for (const [wave, regions] of [
      [1, ['ap-southeast']],
      [2, ['us-west']],
      [3, ['us-east']],
    ] as const) {
      await world.roll(wave, { revision });
      for (const region of regions) await world.verified(region, revision);
    }
  }
  const target = await world.target();
  const back = await rollback(world.clone, { target, push: true, regions: ['us-east'] });
  await world.merge(back.commit);
  expect(await world.roll(3, { revision: revisions[1]! })).toEqual(['us-east']);
  expect(await world.pins()).toEqual(everywhere(revisions[1]!));
});

it('moves the pins of the wave and nothing else, in one commit on main', async () => {
  const revision = await world.release('1');
  const result = await world.promote(1);
  if (!('branch' in result)) throw new Error(JSON.stringify(result.gates));
  expect(result.branch).toBe(`promote/production/wave-1/${revision.slice(0, 12)}`);
  const changed = await world.clone.run('diff', '--name-only', 'origin/main', result.commit);
  expect(changed).toBe('environments/releases/production/ap-southeast.yaml');
  expect(await world.clone.run('rev-parse', `${result.commit}^`)).toBe(
    await world.clone.run('rev-parse', 'origin/main'),
  );
  await world.merge(result.commit);
  const tree = await world.clone.run('rev-parse', `${revision}:dist/production/ap-southeast`);
  expect(await world.pinText('ap-southeast')).toBe(
    `environment: "production"\nregion: "ap-southeast"\nrevision: "${revision}"\ntree: "${tree}"`,
  );
});
