import Table from 'cli-table3';
import type { Gate } from './gates.ts';
import type { Promotion } from './promote.ts';

/** What a person at the terminal gets to see: the gates, the pins that move, and what to do next. */
export function reportOf(result: Promotion | { readonly gates: readonly Gate[] }): string {
  const parts: string[] = [];
  if (result.gates.length > 0) {
    const table = new Table({ head: ['gate', '', 'reason'], style: { head: [], border: [] } });
    for (const { name, passed, reason } of result.gates) table.push([name, passed ? 'yes' : 'NO', reason]);
    parts.push(table.toString());
  }
  if ('branch' in result) {
    const { branch, moved, pushed } = result;
    parts.push(...moved.map((pin) => `${pin.environment}/${pin.region} -> ${pin.revision.slice(0, 12)}`));
    parts.push(
      pushed
        ? `pushed ${branch}; open it: ${pullRequestOf(branch)}`
        : `on branch ${branch}: push it, then ${pullRequestOf(branch)}`,
    );
  } else {
    parts.push('nothing was moved');
  }
  return parts.join('\n');
}

/** The line that opens the pull request. */
export function pullRequestOf(branch: string): string {
  return `gh pr create --base main --head ${branch} --fill`;
}
