import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Refusal } from './refusal.ts';
import { commitOf, fileAt, inWorktree, nameOf, shortOf, type Repository } from './repository.ts';

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
  /** To a branch for a pull request, straight onto main, or nowhere yet. */
  readonly push: 'branch' | 'main' | 'not-yet';
};

export type Proposed = { readonly branch: string; readonly commit: string; readonly push: Proposal['push'] };

/**
 * Makes the commit in a checkout of its own and pushes it before the branch is made here, so that whatever fails leaves
 * neither branch nor checkout. The same proposal again finds its branch. @throws Refusal
 */
export async function propose(repository: Repository, proposal: Proposal): Promise<Proposed> {
  const { main, branch, remote, push } = proposal;
  if (await isOnMainAlready(repository, proposal)) {
    throw new Refusal(`main has this already: ${[...proposal.files.keys()].join(', ')}`);
  }
  const made = await inWorktree(repository, main, (checkout) => commitIn(checkout, proposal));
  if (push === 'main') {
    await repository.run('push', '--quiet', '--', remote, `${made}:refs/heads/main`);
    return { branch: 'main', commit: made, push };
  }
  const here = await sameAs(repository, made, `refs/heads/${branch}`, `the branch ${branch} is here`);
  const commit = here ?? made;
  if (push === 'branch') {
    const there = await branchThere(repository, proposal, commit);
    if (there !== undefined) return { branch, commit: there, push };
    await repository.run('push', '--quiet', '--', remote, `${commit}:refs/heads/${branch}`);
  }
  if (here === undefined) await repository.run('branch', '--no-track', branch, commit);
  return { branch, commit, push };
}

async function branchThere(
  repository: Repository,
  { remote, branch }: Proposal,
  commit: string,
): Promise<string | undefined> {
  const name = `refs/heads/${branch}`;
  if ((await repository.run('ls-remote', '--', remote, name)) === '') return undefined;
  await repository.run('fetch', '--quiet', '--no-tags', '--', remote, name);
  return sameAs(repository, commit, 'FETCH_HEAD', `the branch ${branch} is on ${nameOf(remote)}`);
}

async function isOnMainAlready(repository: Repository, { main, files }: Proposal): Promise<boolean> {
  for (const [path, text] of files) {
    if ((await fileAt(repository, main, path))?.trim() !== text.trim()) return false;
  }
  return true;
}

async function commitIn(checkout: Repository, { files, title, body }: Proposal): Promise<string> {
  for (const [path, text] of files) {
    await mkdir(dirname(join(checkout.folder, path)), { recursive: true });
    await writeFile(join(checkout.folder, path), text);
    await checkout.run('add', '--', path);
  }
  const messages = [title, body].filter((text) => text !== '').flatMap((text) => ['--message', text]);
  await checkout.run('commit', '--quiet', ...messages);
  return commitOf(checkout, 'HEAD');
}

/** The commit of a name, if it is the same change of the same main; undefined where there is none. @throws Refusal */
async function sameAs(
  repository: Repository,
  commit: string,
  name: string,
  where: string,
): Promise<string | undefined> {
  const found = await repository.ask('rev-parse', '--verify', '--quiet', `${name}^{commit}`);
  if (found === undefined) return undefined;
  const [treeAndParents, ours] = await Promise.all(
    [found, commit].map((one) => repository.run('show', '--no-patch', '--format=%T %P', one)),
  );
  if (treeAndParents === ours) return found;
  throw new Refusal(
    `${where} already, with another content (${shortOf(found)}): merge it or delete it, then run this again`,
  );
}
