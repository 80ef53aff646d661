import { execa } from 'execa';
import { Refusal } from '../refusal.ts';
import type { Repository } from './repository.ts';

export type PullRequest = { readonly branch: string; readonly title: string; readonly body: string };

/** Opens it, and says where it is on standard error. @throws Refusal when gh refuses. */
export async function announcePullRequest(repository: Repository, request: PullRequest): Promise<void> {
  const address = await openPullRequest(repository, request);
  if (address !== undefined) process.stderr.write(`opened ${address}\n`);
}

/**
 * With gh on the PATH the pull request of a pushed branch is opened, or found where there is one already. @returns its
 * address, or undefined where there is no gh, or no GitHub behind the remote. @throws Refusal when gh refuses: the branch
 * stays pushed.
 */
async function openPullRequest(
  { folder }: Repository,
  { branch, title, body }: PullRequest,
): Promise<string | undefined> {
  const { stdout, stderr, code, failed } = await execa(
    'gh',
    ['pr', 'create', '--base', 'main', '--head', branch, '--title', title, '--body', body],
    { cwd: folder, reject: false },
  );
  if (!failed) return stdout.trim();
  if (code === 'ENOENT' || /known GitHub host/.test(stderr)) return undefined;
  const existing = /already exists:\s*(https:\S+)/.exec(stderr)?.[1];
  if (existing !== undefined) return existing;
  throw new Refusal(`${branch} is pushed, but gh did not open its pull request: ${stderr.split('\n')[0]}`);
}
