import { Refusal } from '../refusal.ts';
import { hasCommit, type Repository } from './repository.ts';

/** A remote given as an address is told without the credentials that may stand in it. */
export const nameOf = (remote: string): string => remote.replace(/\/\/[^/@]*@/, '//');

/** The remote's main branch, fetched; no branch of the user's moves. @throws Refusal when the remote does not answer. */
export async function fetchMain(repository: Repository, remote: string): Promise<string> {
  try {
    const main = await fetchBranch(repository, remote, 'main');
    if (main !== undefined) return main;
  } catch (error) {
    if (!(error instanceof Refusal) || error.exitCode !== 1) throw error;
    if (!error.message.startsWith('git ')) throw error;
    const reason = error.message.replace(/^git [\w-]+: /, '').replaceAll(remote, nameOf(remote));
    throw new Refusal(`main of the remote ${nameOf(remote)} could not be fetched: ${reason}`, {
      cause: error,
    });
  }
  throw new Refusal(`the remote ${nameOf(remote)} has no branch main`);
}

/**
 * The commit of a branch on the remote, fetched; undefined where it has no such branch. By the remote's own list: FETCH_HEAD
 * is everybody's, and another git may write it in between. @throws Refusal
 */
export async function fetchBranch(
  repository: Repository,
  remote: string,
  branch: string,
): Promise<string | undefined> {
  const ref = `refs/heads/${branch}`;
  const listed = await repository.run('ls-remote', '--', remote, ref);
  const [commit = ''] = listed.split('\t');
  if (commit === '') return undefined;
  if (await hasCommit(repository, commit)) return commit;
  // Nothing is written but objects: two tools at once would wait for each other's locks, or fail at them.
  const quietly = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-auto-maintenance', '--refmap='];
  await repository.run('fetch', ...quietly, '--', remote, ref);
  return commit;
}
