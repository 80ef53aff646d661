import { basename } from 'node:path';
import { auditIsClean } from '../evidence/audit-report.ts';
import { prometheusAgrees } from '../evidence/prometheus.ts';
import { refuseUntrueTimes } from '../hub/application.ts';
import { judgeHealth, type Hold, type Verdict } from '../hub/health.ts';
import { readApplication, type ApplicationSource } from '../hub/read.ts';
import type { Pin } from '../pins.ts';
import { shortOf } from '../repository.ts';
import type { PromotedEnvironment } from '../target.ts';
import type { Gate } from './gate.ts';

/** What is known of one region after its pin moved. */
export type Evidence = {
  readonly applications: ApplicationSource;
  /** Reports of the auditor as JSON, over this region or the one that keeps its data. */
  readonly audits: readonly string[];
  /** The address of this region's Prometheus. */
  readonly prometheus: string | undefined;
  readonly hold: Hold;
};

export type Verification = {
  readonly pin: Pin;
  readonly verdict: Verdict;
  readonly gates: readonly Gate[];
  /** What was looked at, as the record names it: without paths of the machine where it was. */
  readonly evidence: readonly string[];
};

/** Everything that must hold before a region counts as verified at its pin. @throws Refusal */
export async function gatesAfter(
  { name: environment, keepers }: PromotedEnvironment,
  pin: Pin,
  { applications, audits, prometheus, hold }: Evidence,
  now: Date,
): Promise<Verification> {
  const { region, revision } = pin;
  const keeper = keepers[region];
  const { application, place } = await readApplication(applications, environment, region);
  refuseUntrueTimes(application, place, now);
  const verdict = judgeHealth(application, revision, hold, now);
  const gates: Gate[] = [
    {
      name: 'healthy',
      passed: verdict.healthy,
      reason: verdict.healthy
        ? `at ${shortOf(revision)} since ${verdict.since}`
        : `at ${shortOf(revision)}: ${verdict.reasons.join('; ')}`,
    },
    ...(await Promise.all(
      audits.map((file) => auditIsClean(file, { environment, region, keeper }, verdict.reportsFrom, now)),
    )),
    ...(prometheus === undefined
      ? []
      : await prometheusAgrees(prometheus, { region, hasWorkers: keeper === undefined }, verdict.since, now)),
  ];
  const evidence = [
    'hub' in applications ? 'Application on the hub' : `Application in ${basename(place)}`,
    ...audits.map((file) => `audit report ${basename(file)}`),
    ...(prometheus === undefined ? [] : [`Prometheus ${new URL(prometheus).host}`]),
  ];
  return { pin, verdict, gates, evidence };
}

/** Health alone is half of it: a record also says that the region's books are in order. */
export function hasReport({ audits, prometheus }: Evidence): boolean {
  return audits.length > 0 || prometheus !== undefined;
}
