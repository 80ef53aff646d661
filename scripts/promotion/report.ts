import Table from 'cli-table3';
import type { Gate } from './gates/gate.ts';
import type { OperationOutcome } from './hub/end-operation.ts';
import { shellOf } from './hub/kubectl.ts';
import type { Halted, Promotion } from './promote.ts';
import type { Proposed } from './proposal.ts';
import type { Release } from './releases.ts';
import { shortOf } from './repository.ts';
import type { Rollback } from './rollback.ts';
import type { Verified } from './verify.ts';

/** A table for the terminal, without colours. */
function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = new Table({ head: [...head], style: { head: [], border: [] } });
  for (const row of rows) table.push([...row]);
  return table.toString();
}

/** The gates as a table, each with its reason. */
function gatesTable(gates: readonly Gate[]): string {
  const rows = gates.map(({ name, passed, reason }) => [name, passed ? 'yes' : 'NO', reason]);
  return tableOf(['gate', '', 'reason'], rows);
}

/** What a person at the terminal gets to see: the gates, the pins that move, and what to do next. */
export function promotionReport(result: Promotion | Halted): string {
  if (!('branch' in result)) return `${gatesTable(result.gates)}\nnothing was moved`;
  const moved = result.moved.map((pin) => `${pin.environment}/${pin.region} -> ${shortOf(pin.revision)}`);
  return [gatesTable(result.gates), ...moved, nextStep(result)].join('\n');
}

export function rollbackReport(result: Rollback): string {
  const moved = result.moved.map(
    ({ environment, region, revision }, index) =>
      `${environment}/${region}: ${shortOf(result.from[index]?.revision ?? '')} -> ${shortOf(revision)}`,
  );
  return [...moved, nextStep(result)].join('\n');
}

/** What became of the operations, a line a region. */
export function operationsReport(operations: readonly OperationOutcome[]): string {
  return operations.map(({ region, told }) => `${region}: ${told}`).join('\n');
}

/** Where the commit is, and the commands that bring it onto main, as they are typed. */
export function nextStep({ remote, branch, push }: Proposed): string {
  const open = shellOf(['gh', 'pr', 'create', '--base', 'main', '--head', branch, '--fill']);
  if (push === 'branch') return `pushed ${branch}; open it: ${open}`;
  return [`on branch ${branch}; next:`, `  ${shellOf(['git', 'push', remote, branch])}`, `  ${open}`].join(
    '\n',
  );
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** The gates as Markdown, for the body of a pull request. */
export function gatesMarkdown(gates: readonly Gate[]): string {
  const rows = gates.map(
    ({ name, passed, reason }) => `| ${cell(name)} | ${passed ? 'yes' : 'NO'} | ${cell(reason)} |`,
  );
  return ['| gate | | reason |', '| --- | --- | --- |', ...rows].join('\n');
}

/** What was found of each region, and where its record is. */
export function verificationReport({ regions, recorded }: Verified): string {
  const parts = regions.map(
    ({ pin, gates }) => `${pin.environment}/${pin.region} at ${shortOf(pin.revision)}\n${gatesTable(gates)}`,
  );
  if (recorded) parts.push(nextStep(recorded));
  return parts.join('\n');
}

export function releasesTable(releases: readonly Release[]): string {
  const rows = releases.map(({ revision, committedAt, images }) => [
    shortOf(revision),
    committedAt,
    images.map((image) => image.replace(/(@sha256:.{12}).*/, '$1')).join('\n'),
  ]);
  return tableOf(['release', 'committed', 'images'], rows);
}

export function releaseReport({ revision, committedAt, images, trees }: Release): string {
  const rows = Object.entries(trees).flatMap(([environment, regions]) =>
    Object.entries(regions).map(([region, tree]) => [`${environment}/${region}`, tree]),
  );
  return [
    `revision ${revision}`,
    `committed ${committedAt}`,
    ...images,
    tableOf(['place', 'tree'], rows),
  ].join('\n');
}
