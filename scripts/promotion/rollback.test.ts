import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { verifiedPath } from './pins.ts';
import { rollback } from './rollback.ts';
import { pinUsWest } from './testing/expect-refused.ts';
import { gitWorlds, type GitWorld } from './testing/git-world.ts';

// Each step is several processes of git, and the machine may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const freshWorld = gitWorlds((template) => template.release('1'));
let world: GitWorld;
beforeEach(() => void (world = freshWorld()));
afterEach(() => world.remove());

const hash = 'a'.repeat(40);

it('a pin that names nothing can be taken back', async () => {
  const revision = await world.clone.run('rev-parse', 'HEAD~1');
  await world.verified('us-west', revision);
  await pinUsWest(world, (text) => text.replace(/revision: ".*"/, `revision: "${hash}"`));
  const options = { target: await world.target(), regions: ['us-west', 'us-west'], push: true };
  expect(await rollback(world.clone, options)).toMatchObject({ moved: [{ region: 'us-west', revision }] });
});

it('a rollback where nothing was ever promoted or verified, or the record is wrong', async () => {
  const back = async (region: string): Promise<unknown> =>
    rollback(world.clone, { target: await world.target(), regions: [region], push: true });
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
