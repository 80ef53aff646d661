import { shortOf } from '../repository.ts';
import type { Application } from './application.ts';
import { isUnderWay } from './health.ts';

/** What a rollback does about the operation of a region: a rollback waits for one that runs, for as long as it takes. */
export type OperationDecision =
  { readonly action: 'leave'; readonly reason: string } | { readonly action: 'end'; readonly reason: string };

/** Whether the running operation is of another revision than the one that the region is to run. */
export function decideOperation(application: Application, revision: string): OperationDecision {
  const state = application.status?.operationState;
  if (!state || !isUnderWay(state.phase)) return { action: 'leave', reason: 'no operation is running' };
  if (state.phase === 'Terminating') return { action: 'leave', reason: 'its operation is ending already' };
  const running =
    state.operation?.sync?.revision ?? state.syncResult?.revision ?? application.operation?.sync?.revision;
  if (running === revision) {
    return { action: 'leave', reason: `its operation is of ${shortOf(revision)}, as it should be` };
  }
  const what = running === undefined ? 'no revision that it names' : shortOf(running);
  return { action: 'end', reason: `its operation is of ${what}, not of ${shortOf(revision)}` };
}

/**
 * The patch by which Argo CD itself ends an operation. With the version that was read: if the Application has changed
 * since, the patch conflicts instead of ending another operation.
 */
export function endingPatch({ metadata }: Application): string {
  const { resourceVersion } = metadata;
  return JSON.stringify({
    ...(resourceVersion === undefined ? {} : { metadata: { resourceVersion } }),
    status: { operationState: { phase: 'Terminating' } },
  });
}
