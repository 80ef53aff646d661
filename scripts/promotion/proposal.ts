import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Refusal } from '../refusal.ts';
import { withIndex } from './checkout.ts';
import { Interrupted, interruption } from './interruption.ts';
import { fetchBranch, nameOf } from './remote.ts';
import { fileAt, isAncestor, shortOf, type Repository } from './repository.ts';

/** Files that are to be on main, as one commit on top of it. */
export type Proposal = {
  readonly remote: string;
  /** The commit of the remote's main branch. */
  readonly main: string;
  readonly branch: string;
  readonly title: string;
  /** What the commit says below its title; may be empty. */
  readonly body: string;
  /** The whole text of each file by its path. */
  readonly files: ReadonlyMap<string, string>;
  /** To a branch for a pull request, or nowhere yet. */
  readonly push: 'branch' | 'not-yet';
};

export type Proposed = {
  /** As a person may type it: without credentials. */
  readonly remote: string;
  readonly branch: string;
  readonly commit: string;
  readonly push: Proposal['push'];
};

/**
 * Makes the commit out of objects alone, and pushes it before the branch is made here, so that whatever fails leaves
 * neither branch nor checkout. The same proposal again finds its branch. @throws Refusal
 */
export async function propose(repository: Repository, proposal: Proposal): Promise<Proposed> {
  const { branch, push, files } = proposal;
  const where = { remote: nameOf(proposal.remote), branch, push };
  if (await isOnMainAlready(repository, proposal))
    throw new Refusal(`main has this already: ${[...files.keys()].join(', ')}`);
  const made = await commitOn(repository, proposal);
  const old = await branchHere(repository, branch);
  const here = await sameAs(repository, proposal, made, old, `${branch} is here`);
  const commit = here ?? made;
  if (push === 'branch') {
    const there = await pushed(repository, proposal, commit);
    if (there !== commit) return { ...where, commit: there };
  }
  if (here !== undefined) return { ...where, commit };
  try {
    const force = old === undefined ? [] : ['--force'];
    await repository.runToEnd('branch', '--no-track', ...force, branch, commit);
  } catch (error) {
    // Another of our tools in this clone was faster with the same.
    const meanwhile = await branchHere(repository, branch);
    if ((await sameAs(repository, proposal, commit, meanwhile, `${branch} is here`)) === undefined)
      throw error;
  }
  return { ...where, commit };
}

const branchHere = (repository: Repository, branch: string): Promise<string | undefined> =>
  repository.ask('rev-parse', '--verify', '--quiet', `refs/heads/${branch}^{commit}`);

/** @returns the commit of the branch on the remote: ours, or the same change that somebody else pushed. */
async function pushed(repository: Repository, proposal: Proposal, commit: string): Promise<string> {
  const { remote, branch } = proposal;
  const where = `${branch} is on ${nameOf(remote)}`;
  const findThere = async (): Promise<string | undefined> =>
    sameAs(repository, proposal, commit, await fetchBranch(repository, remote, branch), where);
  const before = await findThere();
  if (before !== undefined) return before;
  try {
    await repository.runToEnd('push', '--quiet', '--', remote, `${commit}:refs/heads/${branch}`);
    return commit;
  } catch (error) {
    if (interruption.aborted)
      throw new Interrupted(`in the push: git ls-remote ${nameOf(remote)} ${branch} tells whether it came`);
    // Somebody promotes the same at the same time, and was faster.
    const meanwhile = await findThere();
    if (meanwhile === undefined) throw error;
    return meanwhile;
  }
}

async function isOnMainAlready(repository: Repository, { main, files }: Proposal): Promise<boolean> {
  for (const [path, text] of files) {
    if ((await fileAt(repository, main, path))?.trim() !== text.trim()) return false;
  }
  return true;
}

async function commitOn(repository: Repository, { main, files, title, body }: Proposal): Promise<string> {
  return withIndex(repository, async (git, folder) => {
    const [paths, texts] = [[...files.keys()], [...files.values()]];
    const places = paths.map((_, index) => join(folder, `file-${index}`));
    await Promise.all(places.map((place, index) => writeFile(place, texts[index]!)));
    const blobs = (await git.run('hash-object', '-w', '--no-filters', '--', ...places)).split('\n');
    await git.run('read-tree', main);
    const entries = paths.flatMap((path, index) => ['--cacheinfo', `100644,${blobs[index]},${path}`]);
    await git.run('update-index', '--add', ...entries);
    const tree = await git.run('write-tree');
    const isSigned = (await git.ask('config', '--type=bool', 'commit.gpgSign')) === 'true';
    const messages = [title, body].filter((text) => text !== '').flatMap((text) => ['-m', text]);
    return git.run('commit-tree', ...(isSigned ? ['-S'] : []), '-p', main, ...messages, tree);
  });
}

/**
 * The commit that was found, if it is the same change of the same main; undefined where none was, or one that was merged and
 * is of no use any more. @throws Refusal
 */
async function sameAs(
  repository: Repository,
  { main }: Proposal,
  commit: string,
  found: string | undefined,
  where: string,
): Promise<string | undefined> {
  if (found === undefined || found === commit) return found;
  const [theirs, ours] = await Promise.all(
    [found, commit].map((one) => repository.run('show', '--no-patch', '--format=%T %P', one)),
  );
  if (theirs === ours) return found;
  if (await isAncestor(repository, found, main)) return undefined;
  throw new Refusal(
    `the branch ${where} already, with another content (${shortOf(found)}): merge it or delete it, then run this again`,
  );
}
