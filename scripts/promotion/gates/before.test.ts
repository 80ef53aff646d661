import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { EventSchemas } from '../contracts/event-schemas.ts';
import { rollback } from '../rollback.ts';
import { expectHalted, expectRefused } from '../testing/expect-refused.ts';
import { gitWorlds, type GitWorld } from '../testing/git-world.ts';
import { contractsWith } from '../testing/sources.ts';

// Each step is several processes of git, and the machine may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const freshWorld = gitWorlds((template) => template.release('1'));
let world: GitWorld;
beforeEach(() => void (world = freshWorld()));
afterEach(() => world.remove());

const hash = 'a'.repeat(40);
const eventSchemas = async (): Promise<EventSchemas> => ({});

it('a dist that was edited by hand, and committed', async () => {
  await world.commitToMain({ 'dist/production/ap-southeast/services.yaml': 'edited: by hand' });
  const short = (await world.clone.run('rev-parse', 'HEAD')).slice(0, 12);
  await world.record();
  await expectHalted(world, [`reproduces: dist/production/ap-southeast is not what ${short} renders`]);
});

it('a render that fails, or that needs what is not there', async () => {
  await expectHalted(world, [expect.stringMatching(/^reproduces: Command failed with exit code 3: /)], {
    render: ['node', '-e', 'process.exit(3)'],
  });
  await expectHalted(world, [expect.stringMatching(/^reproduces: Command failed with ENOENT: /)], {
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
    world,
    [
      `on main: ${short} is not an ancestor of main`,
      `recorded: environments/releases/records/${short}.yaml is not on main: make it with scripts/release`,
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
  await expectHalted(world, [
    expect.stringMatching(
      `^recorded: ${record} says aaaaaaaaaaaa of dist/production/ap-southeast, which is `,
    ),
  ]);
  await world.commitToMain({ [record]: `${text}extra: 1\n` });
  await expectRefused(world, `${record}: Unrecognized key: "extra"`);
});

it('a freeze, and a calendar that is wrong', async () => {
  const freeze = (start: string, end: string, environment = 'production'): Promise<string> =>
    world.commitToMain({
      'environments/freeze.yaml': `- environments: [${environment}]\n  start: ${start}\n  end: ${end}\n  reason: the sales week\n`,
    });
  await freeze('2026-11-25T00:00:00Z', '2026-12-01T00:00:00Z');
  await expectHalted(world, ['no freeze: frozen until 2026-12-01T00:00:00Z: the sales week']);
  await freeze('2026-11-25T12:00:01Z', '2026-12-01T00:00:00Z');
  expect('branch' in (await world.promote(1, { push: false }))).toBe(true);
  await freeze('2026-12-01T00:00:00Z', '2026-11-25T00:00:00Z');
  await expectRefused(world, 'environments/freeze.yaml: 0: the end must come after the start');
  await freeze('2026-11-25T00:00:00Z', '2026-12-01T00:00:00Z', 'prodution');
  await expectRefused(
    world,
    'environments/freeze.yaml: 0.environments: prodution must be of dev, staging, production',
  );
});

it('a step back', async () => {
  const first = await world.clone.run('rev-parse', 'HEAD~1');
  const second = await world.release('2', contractsWith('id: z.string()'));
  await world.roll(1, { eventSchemas });
  await expectHalted(
    world,
    [
      `forward: ap-southeast runs ${second.slice(0, 12)}, which ${first.slice(0, 12)} does not come after: use scripts/rollback`,
    ],
    { revision: first, eventSchemas },
  );
});

it('what was taken back: it does not come again by itself, nor is it verified for the next wave', async () => {
  const { clone } = world;
  const first = await clone.run('rev-parse', 'HEAD~1');
  await world.roll(1);
  await world.verified('ap-southeast', first);
  const second = await world.release('2', contractsWith('id: z.string()'));
  await world.roll(1, { eventSchemas });
  await world.verified('ap-southeast', second);
  const back = await rollback(clone, { target: await world.target(), regions: ['ap-southeast'], push: true });
  await world.merge(back.commit);
  const short = second.slice(0, 12);
  await expectHalted(
    world,
    [
      `not taken back: ap-southeast ran ${short} and was taken back: make a newer release, or name it by --revision`,
    ],
    { eventSchemas },
  );
  await expectHalted(
    world,
    [`ap-southeast verified: ap-southeast was taken back to ${first.slice(0, 12)} after it was verified`],
    { wave: 2, revision: second, eventSchemas },
  );
  expect('branch' in (await world.promote(1, { revision: second, eventSchemas, push: false }))).toBe(true);
});
