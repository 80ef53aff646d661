import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Repository } from './repository.ts';

/**
 * Works in a copy of a commit's files, with an index of its own: neither the user's tree nor what git knows of checkouts is
 * touched. It is gone afterwards, whatever happened.
 * @param paths which files and folders; all of them where none is given
 */
export async function inCheckout<Result>(
  repository: Repository,
  commit: string,
  work: (checkout: Repository) => Promise<Result>,
  paths: readonly string[] = ['.'],
): Promise<Result> {
  return withIndex(repository, async (git, folder) => {
    const tree = join(folder, 'checkout');
    await mkdir(tree);
    const checkout = git.with({ GIT_WORK_TREE: tree, ...plainly }, tree);
    await checkout.run('checkout', '--quiet', commit, '--', ...paths);
    return work(checkout);
  });
}

// A hook or a sparse checkout is the user's, and for the user's own tree.
const plainly = {
  GIT_CONFIG_COUNT: '2',
  GIT_CONFIG_KEY_0: 'core.hooksPath',
  GIT_CONFIG_VALUE_0: '/dev/null',
  GIT_CONFIG_KEY_1: 'core.sparseCheckout',
  GIT_CONFIG_VALUE_1: 'false',
};

/** Git with an empty index of its own in a folder that is gone afterwards. */
export async function withIndex<Result>(
  repository: Repository,
  work: (git: Repository, folder: string) => Promise<Result>,
): Promise<Result> {
  const gitFolder = await repository.gitFolder();
  const folder = await mkdtemp(join(tmpdir(), 'meridian-promotion-'));
  try {
    return await work(
      repository.with({ GIT_DIR: gitFolder, GIT_INDEX_FILE: join(folder, 'index') }, folder),
      folder,
    );
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
}
