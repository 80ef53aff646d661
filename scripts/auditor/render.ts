import Table from 'cli-table3';
import type { AuditReport } from './report.ts';

/** The report as a person reads it: a row an invariant, then what became of each consumer's events. */
export function renderAudit(report: AuditReport): string {
  return `${tableOf(report)}\n${summaryOf(report)}`;
}

function tableOf({ invariants }: AuditReport): string {
  const table = new Table({
    head: ['invariant', 'checked', 'violations', 'pending', 'first example'],
    colAligns: ['left', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  });
  for (const { name, outcome, checked, violations, pending, examples } of invariants)
    table.push([
      name,
      checked,
      outcome === 'violated' || outcome === 'held' ? violations : outcome.replace('-', ' '),
      pending,
      examples[0] ?? '',
    ]);
  return table.toString();
}

function summaryOf(report: AuditReport): string {
  const {
    verdict,
    environment,
    region,
    orders,
    changedSince,
    durationMs,
    unsettled,
    away,
    leftOut,
    notes,
    consumers,
  } = report;
  const lines = [
    ...consumers.map(
      ({ consumer, produced, processed, dead, pending, lost }) =>
        `${consumer}: ${produced} = ${processed} processed + ${dead} dead + ${pending} pending + ${lost} lost`,
    ),
    ...away.map(({ source, reason }) => `away: ${source} (${reason})`),
    ...(leftOut.length > 0 ? [`left out: ${leftOut.join(', ')}`] : []),
    ...unsettled.map((text) => `not settled: ${text}`),
    ...notes,
    `${environment}/${region} ${verdict}: ${orders} orders${changedSince === undefined ? '' : ` with something since ${changedSince}`} in ${(durationMs / 1000).toFixed(1)} s`,
  ];
  return lines.join('\n');
}
