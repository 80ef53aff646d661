import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa, ExecaError } from 'execa';
import { Refusal } from './refusal.ts';

/** Git in one folder; every failure is a Refusal with git's own last line. */
export type Repository = {
  readonly folder: string;
  run(...args: readonly string[]): Promise<string>;
  /** The answer, or undefined where git says no (a name that is not there). */
  ask(...args: readonly string[]): Promise<string | undefined>;
};

export function openRepository(folder: string): Repository {
  const git = async (args: readonly string[]): Promise<string> => {
    const { stdout } = await execa('git', args, {
      cwd: folder,
      env: { LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0' },
      maxBuffer: 1024 ** 3,
    });
    return stdout;
  };
  return {
    folder,
    async run(...args) {
      try {
        return await git(args);
      } catch (error) {
        throw new Refusal(`git ${args[0]}: ${lastLine(error)}`, { cause: error });
      }
    },
    async ask(...args) {
      try {
        return await git(args);
      } catch (error) {
        if (error instanceof ExecaError && error.exitCode !== undefined) return undefined;
        throw error;
      }
    },
  };
}

function lastLine(error: unknown): string {
  const text = error instanceof ExecaError ? error.stderr || error.shortMessage : String(error);
  const lines = text.trim().split('\n');
  return lines.find((line) => /^(fatal|error):/.test(line)) ?? lines.at(-1) ?? '';
}

/** The commit of a name. @throws Refusal when there is none. */
export async function commitOf(repository: Repository, name: string): Promise<string> {
  const commit = await repository.ask(
    'rev-parse',
    '--verify',
    '--quiet',
    '--end-of-options',
    `${name}^{commit}`,
  );
  if (commit !== undefined) return commit;
  const isShallow = (await repository.ask('rev-parse', '--is-shallow-repository')) === 'true';
  throw new Refusal(
    `there is no revision ${name} in this repository${isShallow ? ' (a shallow clone: git fetch --unshallow)' : ''}`,
  );
}

/** The tree of a folder at a commit. @throws Refusal when the commit does not have it. */
export async function treeOf(repository: Repository, commit: string, path: string): Promise<string> {
  const tree = await repository.ask('rev-parse', '--verify', '--quiet', `${commit}:${path}`);
  if (tree === undefined) throw new Refusal(`${path} is not in revision ${shortOf(commit)}`);
  return tree;
}

/** A file at a commit, or undefined. */
export async function fileAt(
  repository: Repository,
  commit: string,
  path: string,
): Promise<string | undefined> {
  return repository.ask('show', `${commit}:${path}`);
}

/** The paths of the files below a folder at a commit; none where the folder is not there. */
export async function filesBelow(repository: Repository, commit: string, folder: string): Promise<string[]> {
  const listed = await repository.run('ls-tree', '-r', '-z', '--name-only', commit, '--', `${folder}/`);
  return listed.split('\0').filter((path) => path !== '');
}

export async function isAncestor(repository: Repository, older: string, newer: string): Promise<boolean> {
  return (await repository.ask('merge-base', '--is-ancestor', older, newer)) !== undefined;
}

/** The remote's main branch, fetched; no branch of the user's moves. @throws Refusal when the remote does not answer. */
export async function fetchMain(repository: Repository, remote: string): Promise<string> {
  try {
    await repository.run('fetch', '--quiet', '--no-tags', '--', remote, 'refs/heads/main');
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^git fetch: /, '') : String(error);
    throw new Refusal(`main of the remote ${nameOf(remote)} could not be fetched: ${reason}`, {
      cause: error,
    });
  }
  return commitOf(repository, 'FETCH_HEAD');
}

/** A remote given as an address is told without the credentials that may stand in it. */
export const nameOf = (remote: string): string => remote.replace(/\/\/[^/@]*@/, '//');

/** What a promotion goes by must be committed. @throws Refusal naming the first file that is not. */
export async function refuseDirty(repository: Repository, paths: readonly string[]): Promise<void> {
  const status = await repository.run('status', '--porcelain', '-z', '--untracked-files=all', '--', ...paths);
  const changed = status.split('\0').filter((line) => line !== '');
  const [first] = changed;
  if (first === undefined) return;
  const more = changed.length > 1 ? ` (and ${changed.length - 1} more)` : '';
  throw new Refusal(`${first.slice(3)} is changed and not committed${more}: commit it, or take it back`);
}

/** Works in a checkout of its own, which is gone afterwards whatever happened: the user's tree is not touched. */
export async function inWorktree<Result>(
  repository: Repository,
  commit: string,
  work: (checkout: Repository) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'meridian-promotion-'));
  const path = join(folder, 'checkout');
  try {
    await repository.run('worktree', 'add', '--quiet', '--detach', path, commit);
    return await work(openRepository(path));
  } finally {
    await rm(folder, { recursive: true, force: true });
    await repository.run('worktree', 'prune');
  }
}

/** A revision as people see it. */
export const shortOf = (revision: string): string => revision.slice(0, 12);
