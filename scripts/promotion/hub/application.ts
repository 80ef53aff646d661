import { z } from 'zod';
import { Refusal } from '../../refusal.ts';
import { refuseBackwards, refuseFuture } from '../evidence/times.ts';

const time = z.iso.datetime({ offset: true });

/** What is read of an Argo CD Application; everything else is let through. */
const applicationSchema = z.object({
  kind: z.literal('Application'),
  metadata: z.object({ name: z.string(), resourceVersion: z.string().optional() }),
  spec: z.object({ source: z.object({ targetRevision: z.string(), path: z.string() }) }),
  /** An operation that was asked for; the controller takes it away when it has ended. */
  operation: z.object({ sync: z.object({ revision: z.string().optional() }).optional() }).optional(),
  status: z
    .object({
      sync: z.object({
        status: z.string(),
        revision: z.string().optional(),
        comparedTo: z.object({ source: z.object({ targetRevision: z.string() }) }).optional(),
      }),
      health: z.object({ status: z.string(), lastTransitionTime: time.optional() }),
      operationState: z
        .object({
          phase: z.string(),
          startedAt: time.optional(),
          finishedAt: time.optional(),
          operation: z.object({ sync: z.object({ revision: z.string().optional() }).optional() }).optional(),
          syncResult: z.object({ revision: z.string() }).optional(),
        })
        .optional(),
      reconciledAt: time.optional(),
      conditions: z.array(z.object({ type: z.string(), message: z.string().optional() })).optional(),
    })
    .optional(),
});

/** A region as Argo CD on the hub sees it. */
export type Application = z.infer<typeof applicationSchema>;

export const applicationName = (environment: string, region: string): string => `${environment}-${region}`;

/**
 * The Application of a region out of its JSON. @throws Refusal when it is none, or another region's: a saved file is
 * easily mistaken.
 */
export function parseApplication(
  text: string,
  place: string,
  environment: string,
  region: string,
): Application {
  const application = parse(text, place);
  const name = applicationName(environment, region);
  const path = `dist/${environment}/${region}`;
  if (application.metadata.name !== name)
    throw new Refusal(`${place}: is the Application ${application.metadata.name}, not ${name}`);
  if (application.spec.source.path !== path)
    throw new Refusal(`${place}: ${name} runs ${application.spec.source.path}, not ${path}`);
  return application;
}

function parse(text: string, place: string): Application {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (cause) {
    throw new Refusal(`${place}: is not JSON`, { cause });
  }
  const parsed = applicationSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Refusal(`${place}: is no Argo CD Application: ${issue?.path.join('.')}: ${issue?.message}`);
}

/** A saved answer may have been written by anybody. @throws Refusal naming the time that cannot be true. */
export function refuseUntrueTimes({ status }: Application, place: string, now: Date): void {
  const { health, operationState, reconciledAt } = status ?? {};
  const started = ['status.operationState.startedAt', operationState?.startedAt] as const;
  const finished = ['status.operationState.finishedAt', operationState?.finishedAt] as const;
  const changed = ['status.health.lastTransitionTime', health?.lastTransitionTime] as const;
  refuseFuture(place, now, changed, started, finished, ['status.reconciledAt', reconciledAt]);
  refuseBackwards(place, started, finished);
}
