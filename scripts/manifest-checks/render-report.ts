import Table from 'cli-table3';
import type { Report } from './check.ts';
import type { Finding } from './manifest.ts';

const style = { head: [], border: [], compact: true };

/** The report for a person: what is wrong, what could not be checked, and how much was. */
export function renderReport(report: Report): string {
  const { findings, unchecked, cel } = report;
  const lines = [
    ...(findings.length > 0 ? [findingsTable(findings)] : []),
    ...unchecked.map(({ reason, objects }) => `not checked: ${objects} objects: ${reason}`),
    ...(cel.rules > 0
      ? [
          `not evaluated here: ${cel.rules} CEL rules of ${cel.objects} objects; --server has an API server evaluate them`,
        ]
      : []),
    `${report.objects} objects in ${report.files} files of ${report.scopes} clusters: ${report.checked} checked against their schema, ${findings.length} findings`,
  ];
  return lines.join('\n');
}

/** One row for what is wrong alike in several regions, or at several entries of a list. */
function findingsTable(findings: readonly Finding[]): string {
  const table = new Table({ head: ['rule', 'object', 'field', 'what', 'file'], style });
  const alike = Map.groupBy(findings, ({ object, path, rule, message }) =>
    JSON.stringify([object, path.replaceAll(/\[\d+\]/g, '[]'), rule, message]),
  );
  for (const [first, ...more] of [...alike.values()].map((group) => group as [Finding, ...Finding[]])) {
    const file = more.length === 0 ? first.file : `${first.file} and ${more.length} more`;
    table.push([first.rule, first.object, first.path, first.message, file]);
  }
  return table.toString();
}
