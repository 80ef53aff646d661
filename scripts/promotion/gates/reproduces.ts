import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { inCheckout } from '../checkout.ts';
import { Interrupted, interruption } from '../interruption.ts';
import { shortOf, treeOf } from '../repository.ts';
import type { Candidate, Gate } from './gate.ts';

/** The manifests of the revision are what its own sources render. */
export async function reproduces(candidate: Candidate): Promise<Gate> {
  const { repository, environment, regions, revision, render } = candidate;
  const name = 'reproduces';
  if (render === null) return { name, passed: true, reason: 'not looked at (--no-render)' };
  return inCheckout(repository, revision, async (checkout) => {
    const [command, ...args] = render;
    // The packages installed here: where a revision needs others, its render differs or fails, and that is told.
    await symlink(join(repository.folder, 'node_modules'), join(checkout.folder, 'node_modules'));
    const { failed, shortMessage } = await execa(command, args, {
      cwd: checkout.folder,
      preferLocal: true,
      localDir: repository.folder,
      reject: false,
      cancelSignal: interruption,
    });
    if (interruption.aborted) throw new Interrupted('while the revision was rendered');
    if (failed) return { name, passed: false, reason: shortMessage?.split('\n')[0] ?? 'the render failed' };
    await checkout.run('add', '--all', '--force', 'dist');
    const rendered = await checkout.run('write-tree');
    for (const region of regions) {
      const path = `dist/${environment.name}/${region}`;
      const committed = await treeOf(repository, revision, path);
      if ((await checkout.ask('rev-parse', '--verify', '--quiet', `${rendered}:${path}`)) !== committed) {
        return { name, passed: false, reason: `${path} is not what ${shortOf(revision)} renders` };
      }
    }
    return { name, passed: true, reason: 'dist is what the revision renders' };
  });
}
