import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { z } from 'zod';
import type { Gate } from '../gates/gate.ts';
import { Refusal } from '../../refusal.ts';
import { refuseFuture } from './times.ts';

/** What is read of `scripts/audit --json`. */
const auditReport = z.object({
  verdict: z.enum(['clean', 'violations', 'could-not-check']),
  /** Absent from older reports, which are none then. */
  environment: z.string().optional(),
  region: z.string().optional(),
  startedAt: z.iso.datetime({ offset: true }),
  durationMs: z.number().nonnegative().max(1e10).default(0),
  orders: z.number(),
  /** Absent where all orders were looked at. */
  changedSince: z.iso.datetime({ offset: true }).optional(),
  away: z.array(z.object({ source: z.string(), reason: z.string() })),
  /** Absent from older reports. */
  leftOut: z.array(z.string()).default([]),
  invariants: z.array(z.object({ name: z.string(), outcome: z.string(), violations: z.number() })),
});

/** What a report is to be of: a region, or the one that keeps its data where another does. */
export type Audited = {
  readonly environment: string;
  readonly region: string;
  readonly keeper: string | undefined;
};

/**
 * Whether the auditor found a region clean, by a report that began at `from` or later: an older one says nothing of what runs.
 * @throws Refusal when the file is no audit report, one of another region, or one of a time to come.
 */
export async function auditIsClean(
  file: string,
  audited: Audited,
  from: string | undefined,
  now: Date,
): Promise<Gate> {
  const name = 'audit';
  const report = await readReport(file);
  refuseElsewhere(file, report, audited);
  const finishedMs = Date.parse(report.startedAt) + report.durationMs;
  refuseFuture(file, now, ['startedAt', report.startedAt]);
  refuseFuture(file, now, ['startedAt + durationMs', new Date(finishedMs).toISOString()]);
  // The reason goes into a commit: without the path of the machine where the file was.
  const shown = basename(file);
  if (report.verdict === 'violations') {
    const violated = report.invariants.filter(({ outcome }) => outcome === 'violated');
    const named = violated
      .map(({ name: invariant, violations }) => `${invariant} (${violations})`)
      .join(', ');
    return { name, passed: false, reason: `${shown}: violated: ${named}` };
  }
  if (report.verdict === 'could-not-check') {
    const away = report.away.map(({ source, reason }) => `${source}: ${reason}`).join(', ');
    return { name, passed: false, reason: `${shown}: could not check: ${away}` };
  }
  if (from !== undefined && Date.parse(report.startedAt) < Date.parse(from)) {
    const reason = `${shown}: is of ${report.startedAt}, before ${from}, when the sync began or the health last changed: audit again`;
    return { name, passed: false, reason };
  }
  return {
    name,
    passed: true,
    reason: `${shown}: ${report.region} clean over ${report.orders} orders${changed(report.changedSince)} at ${report.startedAt}${without(report.leftOut)}`,
  };
}

function refuseElsewhere(
  file: string,
  { environment, region }: z.infer<typeof auditReport>,
  audited: Audited,
): void {
  const wanted = `${audited.environment}/${audited.keeper ?? audited.region}`;
  if (`${environment}/${region}` === wanted) return;
  const kept = audited.keeper === undefined ? '' : `, which keeps the data of ${audited.region}`;
  throw new Refusal(
    environment === undefined || region === undefined
      ? `${file}: does not say which region it is of: audit ${wanted}${kept} again`
      : `${file}: is an audit of ${environment}/${region}, not of ${wanted}${kept}`,
  );
}

const changed = (since: string | undefined): string => (since === undefined ? '' : ` changed since ${since}`);

const without = (leftOut: readonly string[]): string =>
  leftOut.length === 0 ? '' : `, without ${leftOut.join(', ')}`;

async function readReport(file: string): Promise<z.infer<typeof auditReport>> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new Refusal(`${file}: cannot be read`, { cause });
  });
  const parsed = auditReport.safeParse(jsonOf(text, file));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') ?? '';
  throw new Refusal(
    `${file}: is not a report of scripts/audit --json: ${field === '' ? '' : `${field}: `}${issue?.message}`,
  );
}

function jsonOf(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Refusal(`${file}: is not JSON`, { cause });
  }
}
