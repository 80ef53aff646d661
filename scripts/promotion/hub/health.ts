import { shortOf } from '../repository.ts';
import type { Application } from './application.ts';

/** How long it must have been healthy: for a number of seconds, or since a time. */
export type Hold = { readonly soakSeconds: number } | { readonly since: Date };

export type Verdict = {
  readonly healthy: boolean;
  /** Since when, ISO 8601; undefined unless every condition but the time holds. */
  readonly since: string | undefined;
  /**
   * From when on a report is of what runs, ISO 8601; undefined as `since`. May be earlier than that: the audit of a sync is one
   * of its jobs, and begins when all is healthy and before the sync has ended.
   */
  readonly reportsFrom: string | undefined;
  /** Each condition that does not hold, in plain words. */
  readonly reasons: readonly string[];
};

/**
 * Whether a region is healthy at exactly a revision, and since when: the later of its last change of health and the end of
 * its last sync of that revision. `sync.revision` alone means compared, not applied; an invalid revision shows OutOfSync
 * but Healthy; an operation need not have run at the revision, if nothing differed. Health flaps in a rollout, hence `hold`.
 */
export function judgeHealth(application: Application, revision: string, hold: Hold, now: Date): Verdict {
  const { spec, status, operation } = application;
  if (!status) return { ...unknown, reasons: ['Argo CD has not looked at it yet'] };
  const { sync, health, operationState } = status;
  const reasons: string[] = [];
  const check = (holds: boolean, reason: string): void => void (holds || reasons.push(reason));
  check(spec.source.targetRevision === revision, `it is told to run ${at(spec.source.targetRevision)}`);
  check(sync.revision === revision, `it was compared with ${at(sync.revision)}`);
  const compared = sync.comparedTo?.source.targetRevision;
  check(compared === revision, `the comparison was made for ${at(compared)}`);
  check(sync.status === 'Synced', `it is ${sync.status}, not Synced`);
  check(health.status === 'Healthy', `it is ${health.status}, not Healthy`);
  check(operation === undefined, 'an operation is waiting');
  check(!isUnderWay(operationState?.phase), 'an operation is running');
  // The jobs after a sync fail when all is Synced and Healthy already: only the operation tells.
  const isOfRevision = operationState?.syncResult?.revision === revision;
  const hasFailed = ['Failed', 'Error'].includes(operationState?.phase ?? '');
  check(!isOfRevision || !hasFailed, 'its sync, or a job around it, failed');
  for (const { type, message } of status.conditions ?? []) {
    check(!type.endsWith('Error'), message === undefined ? type : `${type}: ${message.split('\n')[0]}`);
  }
  check(health.lastTransitionTime !== undefined, 'it does not say since when it is healthy');
  if (reasons.length > 0 || health.lastTransitionTime === undefined) return { ...unknown, reasons };
  const { startedAt, finishedAt } = isOfRevision ? (operationState ?? {}) : {};
  const since = later(health.lastTransitionTime, finishedAt);
  // Whatever changed the health after the sync, a report from before it does not know what came of it.
  const reportsFrom = later(health.lastTransitionTime, startedAt ?? finishedAt);
  const missing = notHeld(since, hold, now);
  return {
    healthy: missing === undefined,
    since,
    reportsFrom,
    reasons: missing === undefined ? [] : [missing],
  };
}

const unknown = { healthy: false, since: undefined, reportsFrom: undefined };

/** Terminating is not over yet either. */
export function isUnderWay(phase: string | undefined): boolean {
  return phase === 'Running' || phase === 'Terminating';
}

function later(one: string, other: string | undefined): string {
  return other !== undefined && Date.parse(other) > Date.parse(one) ? other : one;
}

function notHeld(since: string, hold: Hold, now: Date): string | undefined {
  if ('since' in hold) {
    return Date.parse(since) <= hold.since.getTime()
      ? undefined
      : `healthy since ${since} only, not since ${hold.since.toISOString()}`;
  }
  const heldSeconds = Math.floor((now.getTime() - Date.parse(since)) / 1000);
  return heldSeconds >= hold.soakSeconds
    ? undefined
    : `healthy for ${heldSeconds} s of the ${hold.soakSeconds} s to hold`;
}

function at(value: string | undefined): string {
  return value === undefined ? 'nothing' : shortOf(value);
}
