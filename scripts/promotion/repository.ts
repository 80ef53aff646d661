import { execa, ExecaError } from 'execa';
import { Refusal } from '../refusal.ts';
import { Interrupted, interruption } from './interruption.ts';

type Variables = Readonly<Record<string, string>>;

/** Git in one folder; every failure is a Refusal with git's own reason. */
export type Repository = {
  readonly folder: string;
  run(...args: readonly string[]): Promise<string>;
  /** The same, and not ended by a signal: what others see is done or not, never half. */
  runToEnd(...args: readonly string[]): Promise<string>;
  /** The answer, or undefined where git says no (a name that is not there). */
  ask(...args: readonly string[]): Promise<string | undefined>;
  /** As `ask`, once: for what is named by whole hashes, so that a "yes" stays true. */
  recall(...args: readonly string[]): Promise<string | undefined>;
  /** The folder of git itself, absolute. */
  gitFolder(): Promise<string>;
  /** Git with other variables: an index or a tree of its own. */
  with(variables: Variables, folder?: string): Repository;
};

const always: Variables = {
  LC_ALL: 'C',
  GIT_TERMINAL_PROMPT: '0',
  // `status` refreshes the user's index otherwise.
  GIT_OPTIONAL_LOCKS: '0',
};

export function openRepository(folder: string, variables: Variables = {}): Repository {
  const git = async (args: readonly string[], cancelSignal?: AbortSignal): Promise<string> => {
    const { stdout } = await execa('git', args, {
      cwd: folder,
      env: { ...always, ...variables },
      maxBuffer: 1024 ** 3,
      ...(cancelSignal ? { cancelSignal } : {}),
    });
    return stdout;
  };
  const answers = new Map<string, string>();
  const recall: Repository['recall'] = async (...args) => {
    const key = args.join('\0');
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = await ask(...args);
    if (answer !== undefined) answers.set(key, answer);
    return answer;
  };
  const ask: Repository['ask'] = async (...args) => {
    try {
      return await git(args, interruption);
    } catch (error) {
      // 1 is "no"; 128 is a repository that cannot be read, which must not pass for "it is not there".
      if (error instanceof ExecaError && error.exitCode === 1) return undefined;
      return refuse(args, error);
    }
  };
  return {
    folder,
    ask,
    recall,
    gitFolder: async () => (await recall('rev-parse', '--absolute-git-dir')) ?? '',
    run: (...args) => git(args, interruption).catch((error: unknown) => refuse(args, error)),
    runToEnd: (...args) => git(args).catch((error: unknown) => refuse(args, error)),
    with: (more, other = folder) => openRepository(other, { ...variables, ...more }),
  };
}

function refuse(args: readonly string[], error: unknown): never {
  if (!(error instanceof ExecaError)) throw error;
  if (interruption.aborted) throw new Interrupted(`in git ${args[0]}`);
  if (error.code === 'ENOENT') throw new Refusal('there is no git on the PATH', { cause: error });
  throw new Refusal(`git ${args[0]}: ${reasonOf(error)}`, { cause: error });
}

function reasonOf({ stderr, shortMessage }: ExecaError): string {
  const text = typeof stderr === 'string' && stderr.trim() !== '' ? stderr : shortMessage;
  const lines = text.trim().split('\n');
  const rejected = lines.find((line) => /^ *! \[/.test(line))?.trim();
  if (rejected !== undefined) return rejected;
  const told = lines.find((line) => /^(fatal|error):/.test(line)) ?? lines.at(-1) ?? '';
  // Why, says ssh in a line of its own.
  const [why = told] = lines;
  return /Could not read from remote repository/.test(told) ? why : told;
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
  throw new Refusal(
    `there is no revision ${name} in this repository${await shallowHint(repository, ' (a shallow clone: git fetch --unshallow)')}`,
  );
}

/** What to add to a message where history may be missing; empty in a whole clone. */
export async function shallowHint(repository: Repository, hint: string): Promise<string> {
  return (await repository.run('rev-parse', '--is-shallow-repository')) === 'true' ? hint : '';
}

/** Whether a commit is in this repository. */
export async function hasCommit(repository: Repository, hash: string): Promise<boolean> {
  return (await repository.recall('rev-parse', '--verify', '--quiet', `${hash}^{commit}`)) !== undefined;
}

/** The tree of a folder at a commit, by its whole hash. @throws Refusal when the commit does not have it. */
export async function treeOf(repository: Repository, commit: string, path: string): Promise<string> {
  const tree = await repository.recall('rev-parse', '--verify', '--quiet', `${commit}:${path}`);
  if (tree === undefined) throw new Refusal(`${path} is not in revision ${shortOf(commit)}`);
  return tree;
}

/** A file at a commit, or undefined. @throws Refusal when it is there and cannot be read. */
export async function fileAt(
  repository: Repository,
  commit: string,
  path: string,
): Promise<string | undefined> {
  try {
    return await repository.run('cat-file', 'blob', `${commit}:${path}`);
  } catch (error) {
    const told = error instanceof Refusal ? error.message : '';
    if (/' (does not exist in|exists on disk, but not in) '/.test(told)) return undefined;
    throw error;
  }
}

/** Of two commits by their whole hashes. @throws Refusal when one of them is not in this repository. */
export async function isAncestor(repository: Repository, older: string, newer: string): Promise<boolean> {
  return (
    older === newer || (await repository.recall('merge-base', '--is-ancestor', older, newer)) !== undefined
  );
}

/**
 * What a promotion goes by must be committed. @throws Refusal naming the first file that is not.
 * @param what is wrong with that file, and what to do
 */
export async function refuseDirty(
  repository: Repository,
  paths: readonly string[],
  [what, remedy] = ['is changed and not committed', 'commit it, or take it back'],
): Promise<void> {
  const listed = ['status', '--porcelain', '-z', '--no-renames', '--untracked-files=all', '--', ...paths];
  const changed = (await repository.run(...listed)).split('\0').filter((line) => line !== '');
  const [first] = changed;
  if (first === undefined) return;
  const more = changed.length > 1 ? ` (and ${changed.length - 1} more)` : '';
  throw new Refusal(`${first.slice(3)} ${what}${more}: ${remedy}`);
}

/** A revision as people see it. */
export const shortOf = (revision: string): string => revision.slice(0, 12);
