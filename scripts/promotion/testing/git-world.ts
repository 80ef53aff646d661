import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { execa } from 'execa';
import { environmentNamed } from '../../../environments/index.ts';
import { eventSchemasAt } from '../contracts/event-schemas.ts';
import type { Gate } from '../gates/gate.ts';
import { pinPath, pinsAt, verifiedPath, yamlOf } from '../pins.ts';
import { promote, type Halted, type PromoteOptions, type Promotion } from '../promote.ts';
import { release } from '../release.ts';
import { openRepository, type Repository } from '../repository.ts';

export const production = environmentNamed('production');
const regions = production.regions.map(({ name }) => name);
/** Renders as the real one does, from something small: the file `value` into each region's folder. */
const render = [
  'node',
  '-e',
  `const fs = require('node:fs'); for (const region of ${JSON.stringify(regions)}) {
     const folder = 'dist/production/' + region; fs.mkdirSync(folder, { recursive: true });
     fs.writeFileSync(folder + '/services.yaml', 'region: ' + region + '\\nimage: ' + fs.readFileSync('value', 'utf8'));
   }`,
] as const;
export const noon = new Date('2026-11-25T12:00:00Z');
const digest = (letter: string): string =>
  `registry.meridian.example/meridian/programs@sha256:${letter.repeat(64)}`;

/** A bare repository, a clone of it with a branch main, and a renderer: no cluster and no host. */
export type GitWorld = Awaited<ReturnType<typeof createGitWorld>>;

export async function createGitWorld() {
  const folder = mkdtempSync(join(tmpdir(), 'meridian-gitops-'));
  const origin = join(folder, 'origin.git');
  const cloneFolder = join(folder, 'clone');
  await execa('git', ['init', '--quiet', '--bare', '--initial-branch=main', origin]);
  await execa('git', ['clone', '--quiet', origin, cloneFolder]);
  const clone = openRepository(cloneFolder);
  await configure(clone);
  await clone.run('checkout', '--quiet', '-B', 'main');
  symlinkSync(resolve('node_modules'), join(cloneFolder, 'node_modules'));
  writeFileSync(join(cloneFolder, '.git/info/exclude'), 'node_modules\n');
  const world = { folder, origin, clone, remove: () => rmSync(folder, { recursive: true }) };
  return { ...world, ...actionsIn(clone) };
}

async function configure(clone: Repository): Promise<void> {
  for (const [key, value] of [
    ['user.name', 'Release'],
    ['user.email', 'release@meridian.example'],
    ['commit.gpgsign', 'false'],
  ] as const) {
    await clone.run('config', key, value);
  }
}

function actionsIn(clone: Repository) {
  const settings: Omit<PromoteOptions, 'wave'> = {
    environment: production,
    revision: undefined,
    remote: 'origin',
    push: true,
    now: noon,
    render,
    eventSchemas: eventSchemasAt,
  };

  const push = async (): Promise<void> => void (await clone.run('push', '--quiet', 'origin', 'HEAD:main'));

  const write = (files: Readonly<Record<string, string>>): void => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(clone.folder, path)), { recursive: true });
      writeFileSync(join(clone.folder, path), text);
    }
  };

  const commitToMain = async (files: Readonly<Record<string, string>>): Promise<string> => {
    write(files);
    await clone.run('add', '--', ...Object.keys(files));
    await clone.run('commit', '--quiet', '--message', 'change');
    await push();
    return clone.run('rev-parse', 'HEAD');
  };

  /** As a person merges the pull request. */
  const merge = async (commit: string): Promise<void> => {
    await clone.run('merge', '--quiet', '--no-edit', commit);
    await push();
  };

  /** A change of every region, rendered and committed, without a record. */
  const change = (letter: string, files: Readonly<Record<string, string>> = {}): Promise<string> =>
    commitToMain({
      ...files,
      value: digest(letter),
      ...Object.fromEntries(
        regions.map((region) => [
          `dist/production/${region}/services.yaml`,
          `region: ${region}\nimage: ${digest(letter)}`,
        ]),
      ),
    });

  return {
    settings,
    write,
    commitToMain,
    merge,
    change,
    /** The same with its record on main. */
    release: async (letter: string, files?: Readonly<Record<string, string>>): Promise<string> => {
      const revision = await change(letter, files);
      await release(clone, { revision: undefined, remote: 'origin', push: 'main' });
      await clone.run('pull', '--quiet', '--ff-only', 'origin', 'main');
      return revision;
    },
    promote: (wave: number, changed: Partial<PromoteOptions> = {}): Promise<Promotion | Halted> =>
      promote(clone, { ...settings, wave, ...changed }),
    /** Promotes and merges; the regions that moved. @throws when a gate said no. */
    roll: async (wave: number, changed: Partial<PromoteOptions> = {}): Promise<string[]> => {
      const result = await promote(clone, { ...settings, wave, ...changed });
      if (!('branch' in result)) throw new Error(JSON.stringify(refusals(result.gates)));
      await merge(result.commit);
      return result.moved.map(({ region }) => region);
    },
    /** The record that `verify` would make. */
    verified: async (region: string, revision: string): Promise<void> => {
      const tree = await clone.run('rev-parse', `${revision}:dist/production/${region}`);
      const pin = { environment: 'production', region, revision, tree };
      const record = { ...pin, verifiedAt: noon.toISOString(), evidence: ['a test'] };
      await commitToMain({ [verifiedPath('production', region)]: yamlOf(record) });
    },
    /** What main pins, by region. */
    pins: async (): Promise<Record<string, string>> => {
      await clone.run('fetch', '--quiet', 'origin');
      const pins = await pinsAt(clone, 'origin/main', production);
      return Object.fromEntries([...pins.values()].map(({ region, revision }) => [region, revision]));
    },
    pinText: (region: string): Promise<string> =>
      clone.run('show', `origin/main:${pinPath('production', region)}`),
    /** Everything that a tool must leave as it was: branches here and there, checkouts, the tree. */
    state: async (): Promise<string> => {
      const parts = await Promise.all([
        clone.run('for-each-ref', '--format=%(refname) %(objectname)', 'refs/heads'),
        clone.run('ls-remote', 'origin'),
        clone.run('worktree', 'list', '--porcelain'),
        clone.run('status', '--porcelain'),
      ]);
      return parts.join('\n--\n');
    },
  };
}

/** The reasons of the gates that said no. */
export function refusals(gates: readonly Gate[]): string[] {
  return gates.filter(({ passed }) => !passed).map(({ name, reason }) => `${name}: ${reason}`);
}

/** The contracts of a revision, as small as they can be. */
export function contractsWith(fields: string): Record<string, string> {
  return {
    'contracts/topics.ts': `import { z } from 'zod';
export const topics = { orders: { name: 'order-events', events: { OrderPaid: z.object({ ${fields} }) } } };
`,
  };
}
