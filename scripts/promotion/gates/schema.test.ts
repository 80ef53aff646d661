import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { expectHalted, expectRefused } from '../testing/expect-refused.ts';
import { gitWorlds, refusals, type GitWorld } from '../testing/git-world.ts';
import { contractsWith, regions, withKeeper } from '../testing/sources.ts';

// Each step is several processes of git, and the machine may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const freshWorld = gitWorlds();
let world: GitWorld;
beforeEach(() => void (world = freshWorld()));
afterEach(() => world.remove());

const asked = { environment: withKeeper };
const neededPath = 'adapters/postgres/needed-migration.json';

/** A release with these migrations, of which its programs need one. */
const releaseWith = (letter: string, migrations: readonly string[], needed: string): Promise<string> =>
  world.release(letter, {
    ...contractsWith('id: z.string()'),
    ...Object.fromEntries(
      migrations.map((name) => [`adapters/postgres/migrations/${name}.sql`, `-- ${name}`]),
    ),
    [neededPath]: JSON.stringify({ name: needed }),
  });

it('the first release goes to every region at once: the canary alone would wait for a database that nobody makes', async () => {
  await releaseWith('1', ['0001_a'], '0001_a');
  await expectHalted(
    world,
    ['schema: us-west, whose database ap-southeast uses, runs nothing yet: begin with --wave all'],
    asked,
  );
  expect((await world.roll('all', asked)).toSorted()).toEqual([...regions].toSorted());
  // Only the first: a later one has its canary.
  await releaseWith('2', ['0001_a'], '0001_a');
  const again = await world.promote('all', asked);
  expect(refusals(again.gates)).toEqual([
    'founding: us-east, us-west, eu-central, ap-southeast run something: move wave by wave',
  ]);
  expect(await world.roll(1, asked)).toEqual(['ap-southeast']);
});

it('a migration comes a release before the programs that need it', async () => {
  const first = await releaseWith('1', ['0001_a'], '0001_a');
  await world.roll('all', asked);
  // Brought and needed at once: the canary would meet the schema of the second wave, which does not have it.
  await releaseWith('2', ['0001_a', '0002_b'], '0002_b');
  await expectHalted(
    world,
    [
      `schema: us-west, whose database ap-southeast uses, runs ${first.slice(0, 12)} without 0002_b: first promote a release that brings it and does not need it`,
    ],
    asked,
  );
  const brings = await releaseWith('3', ['0001_a', '0002_b'], '0001_a');
  expect(await world.roll(1, asked)).toEqual(['ap-southeast']);
  await world.verified('ap-southeast', brings);
  expect(await world.roll(2, asked)).toEqual(['us-west']);
  await releaseWith('4', ['0001_a', '0002_b'], '0002_b');
  expect(await world.roll(1, asked)).toEqual(['ap-southeast']);
});

it('what names no migration is told', async () => {
  const first = await releaseWith('1', ['0001_a'], '0001_a');
  await world.roll('all', asked);
  const wrong = await world.release('2', { [neededPath]: '{ "names": [] }' });
  await expectRefused(world, `${neededPath} of ${wrong.slice(0, 12)} does not name a migration`, asked);
  expect((await world.pins())['ap-southeast']).toBe(first);
});
