import { z } from 'zod';

/** What the rule reads of an Argo CD Application; everything else is let through. */
const applicationSchema = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({ source: z.object({ targetRevision: z.string() }) }),
  operation: z.unknown().optional(),
  status: z
    .object({
      sync: z.object({
        status: z.string(),
        revision: z.string().optional(),
        comparedTo: z.object({ source: z.object({ targetRevision: z.string() }) }).optional(),
      }),
      health: z.object({ status: z.string(), lastTransitionTime: z.string().optional() }),
      operationState: z
        .object({
          phase: z.string(),
          finishedAt: z.string().optional(),
          syncResult: z.object({ revision: z.string() }).optional(),
        })
        .optional(),
      conditions: z.array(z.object({ type: z.string(), message: z.string().optional() })).optional(),
    })
    .optional(),
});

export type Verdict = {
  readonly healthy: boolean;
  /** Since when, ISO 8601; undefined unless healthy. */
  readonly since: string | undefined;
  /** Each condition that does not hold, in plain words. */
  readonly reasons: readonly string[];
};

/**
 * Whether a region is healthy at exactly a revision, and since when. `sync.revision` alone means compared, not applied;
 * an invalid revision shows OutOfSync but Healthy; an operation need not have run at the revision, if nothing differed.
 *
 * @throws z.ZodError when it is no Application.
 */
export function verifyApplication(given: unknown, revision: string, soakSeconds: number, now: Date): Verdict {
  const { spec, status, operation } = applicationSchema.parse(given);
  if (!status) return { healthy: false, since: undefined, reasons: ['Argo CD has not looked at it yet'] };
  const { sync, health, operationState } = status;
  const errors = (status.conditions ?? []).filter(({ type }) => type.endsWith('Error'));
  const reasons: string[] = [];
  const check = (holds: boolean, reason: string): void => void (holds || reasons.push(reason));
  check(spec.source.targetRevision === revision, `it is told to run ${at(spec.source.targetRevision)}`);
  check(sync.revision === revision, `it was compared with ${at(sync.revision)}`);
  const compared = sync.comparedTo?.source.targetRevision;
  check(compared === revision, `the comparison was made for ${at(compared)}`);
  check(sync.status === 'Synced', `it is ${sync.status}, not Synced`);
  check(health.status === 'Healthy', `it is ${health.status}, not Healthy`);
  check(operation === undefined, 'an operation is waiting');
  check(operationState?.phase !== 'Running', 'an operation is running');
  for (const { type, message } of errors) check(false, message === undefined ? type : `${type}: ${message}`);
  const times = [
    health.lastTransitionTime,
    operationState?.syncResult?.revision === revision ? operationState.finishedAt : undefined,
  ].filter((time) => time !== undefined);
  const since = times.toSorted((a, b) => Date.parse(a) - Date.parse(b)).at(-1);
  check(since !== undefined, 'it does not say since when it is healthy');
  const heldSeconds = since === undefined ? 0 : (now.getTime() - Date.parse(since)) / 1000;
  if (reasons.length === 0) {
    check(
      heldSeconds >= soakSeconds,
      `healthy for ${Math.floor(heldSeconds)} s of the ${soakSeconds} s to hold`,
    );
  }
  return { healthy: reasons.length === 0, since: reasons.length === 0 ? since : undefined, reasons };
}

function at(value: string | undefined): string {
  return value === undefined ? 'nothing' : value.slice(0, 12);
}
