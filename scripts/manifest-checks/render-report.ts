import Table from 'cli-table3';
import type { Report } from './check.ts';
import type { Finding } from './manifest.ts';

const style = { head: [], border: [], compact: true };

/** The report for a person: what is wrong, what could not be checked, and how much was. */
export function renderReport(report: Report): string {
  const { findings, unchecked, own, cel } = report;
  const lines = [
    ...(findings.length > 0 ? [findingsTable(findings)] : []),
    ...(unchecked.length > 0 ? [uncheckedTable(unchecked)] : []),
    ...(report.server ? [serverLine(report.server, report.files)] : []),
    ...(cel.rules > 0 && (!report.server || report.server.unavailable !== undefined)
      ? [
          `not evaluated here: ${cel.rules} CEL rules of ${cel.objects} objects; --server has an API server evaluate them`,
        ]
      : []),
    ...(own.length > 0 ? [ownLine(own)] : []),
    `${report.objects} objects in ${report.files} files of ${report.scopes} clusters: ${report.checked} checked against their schema, ${findings.length} findings`,
  ];
  return lines.join('\n');
}

/** One row for what is wrong alike: in several regions, objects, or entries of a list. */
function findingsTable(findings: readonly Finding[]): string {
  const table = new Table({ head: ['rule', 'object', 'field', 'what', 'file'], style, wordWrap: true });
  const alike = Map.groupBy(findings, ({ path, rule, message }) =>
    // A name that is missing is one mistake, wherever it is referred to.
    JSON.stringify([rule === 'missing-name' ? '' : path.replaceAll(/\[\d+\]/g, '[]'), rule, message]),
  );
  for (const [first, ...more] of [...alike.values()].map((group) => group as [Finding, ...Finding[]])) {
    const objects = new Set(more.map(({ object }) => object)).difference(new Set([first.object]));
    const files = new Set(more.map(({ file }) => file)).difference(new Set([first.file]));
    const paths = new Set(more.map(({ path }) => path)).difference(new Set([first.path]));
    table.push([
      first.rule,
      andMore(first.object, objects.size),
      andMore(first.path, paths.size),
      first.message,
      andMore(first.file, files.size),
    ]);
  }
  return table.toString();
}

const andMore = (text: string, more: number): string => (more === 0 ? text : `${text} and ${more} more`);

function uncheckedTable(unchecked: Report['unchecked']): string {
  const table = new Table({ head: ['not checked', 'objects'], style });
  for (const { reason, objects } of unchecked) table.push([reason, objects]);
  return table.toString();
}

function ownLine(own: Report['own']): string {
  const objects = own.reduce((sum, kind) => sum + kind.objects, 0);
  return `${objects} objects of ${own.length} kinds were checked with a schema written here, not with their project's definition (docs/manifest-checks.md)`;
}

function serverLine({ accepted, unavailable }: NonNullable<Report['server']>, files: number): string {
  return unavailable === undefined
    ? `${accepted} of ${files} files were taken by the API server`
    : `not checked by an API server: ${unavailable}`;
}
