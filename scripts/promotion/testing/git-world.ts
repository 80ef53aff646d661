import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll } from 'vitest';
import { eventSchemasAt } from '../contracts/event-schemas.ts';
import type { Gate } from '../gates/gate.ts';
import { pinPath, pinsAt, verifiedPath, yamlOf } from '../pins.ts';
import { promote, type Halted, type PromoteOptions, type Promotion } from '../promote.ts';
import { release } from '../release.ts';
import { fetchMain } from '../remote.ts';
import { releaseOf, releasePath, releaseText } from '../releases.ts';
import { openRepository, treeOf } from '../repository.ts';
import type { PromotedEnvironment, Target, Wave } from '../target.ts';
import { declared, environmentsWith, imageWith, production, regions, rendered } from './sources.ts';

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

/** A bare repository, a clone of it with a branch main, and a renderer: no cluster and no host. */
export type GitWorld = ReturnType<typeof worldIn>;

/**
 * For a test file: worlds that are copies of one, which is made once; most of a test's time was git's, and most of that was
 * spent on the same first commits. @param prepare what all of them have
 */
export function gitWorlds(prepare?: (world: GitWorld) => Promise<unknown>): () => GitWorld {
  let template: GitWorld;
  beforeAll(async () => {
    template = await createGitWorld();
    await prepare?.(template);
  });
  afterAll(() => template.remove());
  return () => {
    const folder = mkdtempSync(join(tmpdir(), 'meridian-gitops-'));
    cpSync(template.folder, folder, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    return worldIn(folder);
  };
}

async function createGitWorld(): Promise<GitWorld> {
  const world = worldIn(mkdtempSync(join(tmpdir(), 'meridian-gitops-')));
  const { clone, origin } = world;
  await execa('git', ['init', '--quiet', '--bare', '--template=', '--initial-branch=main', origin]);
  await execa('git', ['init', '--quiet', '--template=', '--initial-branch=main', clone.folder]);
  writeFileSync(join(origin, 'config'), `[core]\nbare = true\nfsync = none\n${noMaintenance}`);
  writeFileSync(join(clone.folder, '.git/config'), cloneConfig);
  mkdirSync(join(clone.folder, '.git/info'));
  writeFileSync(join(clone.folder, '.git/info/exclude'), 'node_modules\n');
  symlinkSync(resolve('node_modules'), join(clone.folder, 'node_modules'));
  const sources = { '.dockerignore': '*\n!main.ts\n**/*.test.ts\n', 'main.ts': 'export {};\n' };
  const first = await world.commitToMain({ ...environmentsWith(declared), ...sources });
  await world.commitToMain(imageWith(first));
  return world;
}

const noMaintenance = '[gc]\nauto = 0\n[maintenance]\nauto = false\n[receive]\nautogc = false\n';
/** The remote by a path that holds in a copy too. */
const cloneConfig = `[core]
fsync = none
[user]
name = Release
email = release@meridian.example
[commit]
gpgSign = false
[remote "origin"]
url = ../origin.git
fetch = +refs/heads/*:refs/remotes/origin/*
${noMaintenance}`;

function worldIn(folder: string) {
  const clone = openRepository(join(folder, 'clone'));
  const remove = (): void => rmSync(folder, { recursive: true });
  return { folder, origin: join(folder, 'origin.git'), clone, remove, ...actionsIn(clone) };
}

/** What a test may ask for otherwise. */
type Asked = Partial<Omit<PromoteOptions, 'target'>> & {
  readonly remote?: string;
  readonly environment?: PromotedEnvironment;
};

function actionsIn(clone: ReturnType<typeof openRepository>) {
  const settings: Omit<PromoteOptions, 'wave' | 'target'> = {
    revision: undefined,
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

  const commit = async (files: Readonly<Record<string, string>>): Promise<string> => {
    write(files);
    await clone.run('add', '--', ...Object.keys(files));
    await clone.run('commit', '--quiet', '--message', 'change');
    return clone.run('rev-parse', 'HEAD');
  };

  const commitToMain = async (files: Readonly<Record<string, string>>): Promise<string> => {
    const made = await commit(files);
    await push();
    return made;
  };

  /** As a person merges the pull request. */
  const merge = async (made: string): Promise<void> => {
    await clone.run('merge', '--quiet', '--no-edit', made);
    await push();
  };

  /** A change of every region, rendered and committed, without a record. */
  const change = (letter: string, files?: Readonly<Record<string, string>>): Promise<string> =>
    commitToMain(rendered(letter, files));

  /** The remote's main, with the environments as they are in this checkout: reading them of main is tested by itself. */
  const target = async (remote = 'origin'): Promise<Target> => {
    const main = await fetchMain(clone, remote);
    return { remote, main, environment: production, environments: declared.map(({ name }) => name) };
  };

  const promoteWave = async (wave: Wave, asked: Asked = {}): Promise<Promotion | Halted> => {
    const { remote, environment = production, ...changed } = asked;
    return promote(clone, {
      ...settings,
      target: { ...(await target(remote)), environment },
      wave,
      ...changed,
    });
  };

  /** The record of main, merged. */
  const recordMain = async (): Promise<void> => {
    const made = await release(clone, { revision: undefined, remote: 'origin', push: 'not-yet' });
    if (made.outcome !== 'made') throw new Error('nothing was made');
    await clone.run('merge', '--quiet', '--ff-only', made.commit);
    await clone.run('branch', '--quiet', '--delete', made.branch);
    await push();
  };

  return {
    settings,
    target,
    write,
    commitToMain,
    merge,
    change,
    record: recordMain,
    /** The same with its record on main. */
    release: async (letter: string, files?: Readonly<Record<string, string>>): Promise<string> => {
      const revision = await commit(rendered(letter, files));
      await commitToMain({ [releasePath(revision)]: releaseText(await releaseOf(clone, revision)) });
      return revision;
    },
    promote: promoteWave,
    /** Promotes and merges; the regions that moved. @throws when a gate said no. */
    roll: async (wave: Wave, changed: Asked = {}): Promise<string[]> => {
      const result = await promoteWave(wave, changed);
      if (!('branch' in result)) throw new Error(JSON.stringify(refusals(result.gates)));
      await merge(result.commit);
      return result.moved.map(({ region }) => region);
    },
    /** The record that `verify` would make. */
    verified: async (region: string, revision: string): Promise<void> => {
      const tree = await treeOf(clone, revision, `dist/production/${region}`);
      const pin = { environment: 'production', region, revision, tree };
      const record = { ...pin, verifiedAt: noon.toISOString(), evidence: ['a test'] };
      await commitToMain({ [verifiedPath('production', region)]: yamlOf(record) });
    },
    /** What main pins, by region. */
    pins: async (): Promise<Record<string, string>> => {
      const pins = await pinsAt(clone, await fetchMain(clone, 'origin'), production);
      return Object.fromEntries([...pins.values()].map(({ region, revision }) => [region, revision]));
    },
    pinText: (region: string): Promise<string> =>
      clone.run('show', `origin/main:${pinPath('production', region)}`),
    /** Everything that a tool must leave as it was: branches here and there, checkouts, the tree. */
    state: async (): Promise<string> => {
      const folders = [join(clone.folder, '.git/refs'), join(clone.folder, '../origin.git/refs')];
      const references = folders.flatMap((folder) =>
        readdirSync(folder, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map(({ parentPath, name }) => join(parentPath, name))
          .map((path) => `${path} ${readFileSync(path, 'utf8')}`),
      );
      const checkouts = existsSync(join(clone.folder, '.git/worktrees')) ? 'another checkout' : '';
      return [...references.toSorted(), checkouts, await clone.run('status', '--porcelain')].join('\n');
    },
  };
}

/** The reasons of the gates that said no. */
export function refusals(gates: readonly Gate[]): string[] {
  return gates.filter(({ passed }) => !passed).map(({ name, reason }) => `${name}: ${reason}`);
}
