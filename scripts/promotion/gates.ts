import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import type { Environment } from '../../environments/schema.ts';
import { parseRecord, recordPath } from './pins.ts';
import { Refusal } from './refusal.ts';
import { fileAt, inWorktree, treeOf, type Repository } from './repository.ts';

/** One condition of a promotion, with the reason in plain words. */
export type Gate = { readonly name: string; readonly passed: boolean; readonly reason: string };

export type GateInput = {
  readonly repository: Repository;
  readonly environment: Environment;
  readonly wave: number;
  readonly regions: readonly string[];
  readonly revision: string;
  /** The commit of the remote's main branch. */
  readonly main: string;
  readonly now: Date;
  /** Renders `dist/` in a checkout; null leaves out whether the revision reproduces its manifests. */
  readonly render: readonly [string, ...string[]] | null;
};

/** Everything that must hold before a wave moves; all are looked at, so that one run tells all that is missing. */
export async function gatesBefore(input: GateInput): Promise<readonly Gate[]> {
  return [
    await isOnMain(input),
    await isNotFrozen(input),
    await reproduces(input),
    ...(await earlierWaves(input)),
  ];
}

async function isOnMain({ repository, revision, main }: GateInput): Promise<Gate> {
  const passed = (await repository.ask('merge-base', '--is-ancestor', revision, main)) !== undefined;
  const short = revision.slice(0, 12);
  return { name: 'on main', passed, reason: `${short} ${passed ? 'is' : 'is not'} an ancestor of main` };
}

const freezes = z.array(
  z.strictObject({
    environments: z.array(z.string()).nonempty(),
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    reason: z.string().min(1),
  }),
);
const freezePath = 'environments/freeze.yaml';

/** The freeze calendar of main, not of the revision: a freeze holds for older releases too. */
async function isNotFrozen({ repository, main, environment, now }: GateInput): Promise<Gate> {
  const text = await fileAt(repository, main, freezePath);
  const parsed = freezes.safeParse(text === undefined ? [] : (parseDocument(text).toJS() ?? []));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Refusal(`${freezePath}: ${issue?.path.join('.')}: ${issue?.message}`);
  }
  const freeze = parsed.data.find(
    ({ environments, from, to }) =>
      environments.includes(environment.name) && now >= new Date(from) && now < new Date(to),
  );
  return freeze === undefined
    ? { name: 'no freeze', passed: true, reason: 'nothing is frozen now' }
    : { name: 'no freeze', passed: false, reason: `frozen until ${freeze.to}: ${freeze.reason}` };
}

/** The manifests of the revision are what its own sources render. */
async function reproduces({ repository, environment, regions, revision, render }: GateInput): Promise<Gate> {
  const name = 'reproduces';
  if (render === null) return { name, passed: true, reason: 'not looked at (--no-render)' };
  return inWorktree(repository, revision, async (checkout) => {
    const [command, ...args] = render;
    // The packages installed here: a revision with others is told by its manifests, or not at all.
    await symlink(join(repository.folder, 'node_modules'), join(checkout.folder, 'node_modules'));
    const { failed, shortMessage } = await execa(command, args, {
      cwd: checkout.folder,
      preferLocal: true,
      localDir: repository.folder,
      reject: false,
    });
    if (failed) return { name, passed: false, reason: shortMessage ?? 'the render failed' };
    await checkout.run('add', '--all', '--force', 'dist');
    const rendered = await checkout.run('write-tree');
    for (const region of regions) {
      const path = `dist/${environment.name}/${region}`;
      const committed = await treeOf(repository, revision, path);
      if ((await treeOf(checkout, rendered, path)) !== committed) {
        return { name, passed: false, reason: `${path} is not what ${revision.slice(0, 12)} renders` };
      }
    }
    return { name, passed: true, reason: 'dist is what the revision renders' };
  });
}

/** Each region of the waves before has been found healthy at exactly this revision. */
async function earlierWaves({ repository, environment, wave, revision, main }: GateInput): Promise<Gate[]> {
  const earlier = environment.delivery.waves.slice(0, wave - 1).flat();
  return Promise.all(
    earlier.map(async (region) => {
      const name = `${region} verified`;
      const path = recordPath(environment.name, region);
      const text = await fileAt(repository, main, path);
      if (text === undefined) return { name, passed: false, reason: `${path} is not there` };
      const record = parseRecord(text, path);
      const passed = record.revision === revision;
      return {
        name,
        passed,
        reason: passed
          ? `healthy at this revision at ${record.verifiedAt}`
          : `verified at ${record.revision.slice(0, 12)}, not at ${revision.slice(0, 12)}`,
      };
    }),
  );
}
