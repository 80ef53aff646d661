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
  return (
    text
      .trim()
      .split('\n')
      .find((line) => /^(fatal|error):/.test(line)) ??
    text.trim().split('\n').at(-1) ??
    ''
  );
}

/** The commit of a name. @throws Refusal when there is none. */
export async function commitOf(repository: Repository, name: string): Promise<string> {
  const commit = await repository.ask('rev-parse', '--verify', '--quiet', `${name}^{commit}`);
  if (commit === undefined) throw new Refusal(`there is no revision ${name} in this repository`);
  return commit;
}

/** The tree of a folder at a commit. @throws Refusal when the commit does not have it. */
export async function treeOf(repository: Repository, commit: string, path: string): Promise<string> {
  const tree = await repository.ask('rev-parse', '--verify', '--quiet', `${commit}:${path}`);
  if (tree === undefined) throw new Refusal(`${path} is not in revision ${commit.slice(0, 12)}`);
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
