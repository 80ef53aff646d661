import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import type { AuditReport } from '../../scripts/auditor/report.ts';
import type { Bench } from '../bench.ts';
import type { Acknowledged } from '../load/plan.ts';

const repository = join(import.meta.dirname, '../..');
// The read model may be far behind after an overload.
const settleMs = 600_000;

/** Lets the auditor look at all that was stored and sent; what it finds is a failure of the benchmark. */
export async function auditRun(bench: Bench, acknowledged: readonly Acknowledged[]): Promise<void> {
  const file = join(bench.folder, 'acknowledged.jsonl');
  writeFileSync(file, acknowledged.map((order) => `${JSON.stringify(order)}\n`).join(''));
  const args = ['--stack', bench.stack.name, '--json', '--acknowledged', file];
  bench.log('the audit begins');
  const { exitCode, stdout, stderr } = await execa(
    join(repository, 'scripts/audit'),
    [...args, '--settle-ms', String(settleMs)],
    { cwd: repository, reject: false, env: { MERIDIAN_PORT_OFFSET: String(bench.stack.portOffset) } },
  );
  const report = readReport(stdout);
  bench.keep('audit', report ?? stdout);
  if (exitCode === 0 && report?.verdict === 'clean') {
    bench.log(`the audit of ${report.orders} orders is clean`);
    return;
  }
  bench.fail(`the audit ended with ${exitCode}: ${report ? findingsOf(report) : stderr.slice(-1000)}`);
}

function readReport(text: string): AuditReport | undefined {
  try {
    return JSON.parse(text) as AuditReport;
  } catch {
    return undefined; // it failed before it had one; the caller says what it printed
  }
}

function findingsOf({ verdict, invariants, away, unsettled }: AuditReport): string {
  return [
    verdict,
    ...away.map(({ source, reason }) => `${source} is away (${reason})`),
    ...invariants
      .filter(({ violations }) => violations > 0)
      .map(({ name, violations, examples }) => `${name}: ${violations}, as ${examples[0] ?? '?'}`),
    ...unsettled,
  ].join('; ');
}
