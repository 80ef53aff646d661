import { cpSync, existsSync, renameSync, rmSync } from 'node:fs';
import { constants } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** Beside the tree, and so on its disk: what is to come, and what was. */
const besides = (tree: string): { readonly next: string; readonly last: string } => {
  const beside = join(dirname(tree), `.${basename(tree)}`);
  return { next: `${beside}-next`, last: `${beside}-last` };
};

/**
 * Puts a copy of `source` in the place of the tree. A folder cannot be renamed over one that is not empty: the old one goes
 * aside, the new one comes in, the old one is removed. Whenever this is killed, the old or the new tree is whole, in its
 * place or beside it; `settleTree` puts it back.
 */
export function swapTree(source: string, tree: string): void {
  const { next, last } = besides(tree);
  settleTree(tree);
  cpSync(source, next, { recursive: true });
  // Between the two renames there is no tree: a signal waits until both are done. SIGKILL does not.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(name, () => process.exit(128 + constants.signals[name]));
  if (existsSync(tree)) renameSync(tree, last);
  renameSync(next, tree);
  rmSync(last, { recursive: true, force: true });
}

/** Cleans up what a run left that was killed: a tree that was taken aside, and not replaced, comes back. */
export function settleTree(tree: string): void {
  const { next, last } = besides(tree);
  if (existsSync(last) && !existsSync(tree)) renameSync(last, tree);
  for (const left of [next, last]) rmSync(left, { recursive: true, force: true });
}
