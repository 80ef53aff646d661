import { expect, it } from 'vitest';
import { verifyApplication } from './verify.ts';

const revision = 'a'.repeat(40);
const other = 'b'.repeat(40);
const now = new Date('2026-11-25T12:00:00Z');

/** As a real Argo CD reports a region that has finished its sync. */
function application(): any {
  return {
    metadata: { name: 'production-us-east' },
    spec: { source: { targetRevision: revision } },
    status: {
      sync: { status: 'Synced', revision, comparedTo: { source: { targetRevision: revision } } },
      health: { status: 'Healthy', lastTransitionTime: '2026-11-25T11:50:00Z' },
      operationState: {
        phase: 'Succeeded',
        finishedAt: '2026-11-25T11:55:00Z',
        syncResult: { revision },
      },
    },
  };
}

it('is healthy since the later of its health and its sync', () => {
  const verdict = verifyApplication(application(), revision, 120, now);
  expect(verdict).toEqual({ healthy: true, since: '2026-11-25T11:55:00Z', reasons: [] });
});

it('does not need an operation at this revision, when nothing differed', () => {
  const same = application();
  same.status.operationState.syncResult.revision = other;
  expect(verifyApplication(same, revision, 120, now).since).toBe('2026-11-25T11:50:00Z');
});

const cases: [string, (given: any) => void, string][] = [
  [
    'told another revision',
    (a) => void (a.spec.source.targetRevision = other),
    'it is told to run bbbbbbbbbbbb',
  ],
  [
    'compared with another',
    (a) => void (a.status.sync.revision = other),
    'it was compared with bbbbbbbbbbbb',
  ],
  [
    'compared for another',
    (a) => void (a.status.sync.comparedTo.source.targetRevision = other),
    'the comparison was made for bbbbbbbbbbbb',
  ],
  ['out of sync', (a) => void (a.status.sync.status = 'OutOfSync'), 'it is OutOfSync, not Synced'],
  ['degraded', (a) => void (a.status.health.status = 'Degraded'), 'it is Degraded, not Healthy'],
  ['an operation waits', (a) => void (a.operation = {}), 'an operation is waiting'],
  ['an operation runs', (a) => void (a.status.operationState.phase = 'Running'), 'an operation is running'],
  [
    'an error',
    (a) => void (a.status.conditions = [{ type: 'ComparisonError', message: 'no such path' }]),
    'ComparisonError: no such path',
  ],
  ['no status', (a) => delete a.status, 'Argo CD has not looked at it yet'],
  [
    'too short',
    (a) => void (a.status.health.lastTransitionTime = '2026-11-25T11:59:00Z'),
    'healthy for 60 s of the 120 s to hold',
  ],
];
it.each(cases)('is not healthy: %s', (_, change, reason) => {
  const changed = application();
  change(changed);
  const verdict = verifyApplication(changed, revision, 120, now);
  expect(verdict.healthy).toBe(false);
  expect(verdict.reasons).toEqual([reason]);
});
