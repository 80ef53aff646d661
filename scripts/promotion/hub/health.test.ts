import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { checkSchemas } from '../../manifest-checks/schemas/check-schemas.ts';
import { openCatalogue } from '../../manifest-checks/schemas/sources.ts';
import { fixtureText, type FixtureName } from '../testing/applications.ts';
import { parseApplication, refuseUntrueTimes } from './application.ts';
import { judgeHealth, type Hold, type Verdict } from './health.ts';

const revision = 'a'.repeat(40);
const other = 'b'.repeat(40);
const now = new Date('2026-11-25T12:00:00Z');
const soak = { soakSeconds: 120 };

function judge(name: FixtureName, change: (given: any) => void = () => {}, hold: Hold = soak): Verdict {
  const given = JSON.parse(fixtureText(name));
  change(given);
  const application = parseApplication(JSON.stringify(given), 'a file', 'production', 'us-west');
  return judgeHealth(application, revision, hold, now);
}

it('is healthy since the later of its health and its sync', () => {
  expect(judge('healthy')).toEqual({
    healthy: true,
    since: '2026-11-25T11:55:00Z',
    reportsFrom: '2026-11-25T11:54:41Z',
    reasons: [],
  });
  const flapped = judge('healthy', (a) => (a.status.health.lastTransitionTime = '2026-11-25T11:57:00Z'));
  expect(flapped.since).toBe('2026-11-25T11:57:00Z');
});

it('does not need an operation at this revision, when nothing differed', () => {
  const same = judge('healthy', (a) => (a.status.operationState.syncResult.revision = other));
  const since = '2026-11-25T11:50:00Z';
  expect(same).toEqual({ healthy: true, since, reportsFrom: since, reasons: [] });
  const none = judge('healthy', (a) => delete a.status.operationState);
  expect(none).toEqual({ healthy: true, since, reportsFrom: since, reasons: [] });
});

const reportsFrom = (healthSince: string): string | undefined =>
  judge('healthy', (a) => (a.status.health.lastTransitionTime = healthSince)).reportsFrom;

it('takes the report of the audit that is a job of the sync, and none of before its programs were there', () => {
  const rolledOut = '2026-11-25T11:54:50Z';
  // The job begins when all is healthy, and the sync ends (11:55:00) when the job has.
  expect(reportsFrom(rolledOut)).toBe(rolledOut);
  // It was not healthy in between, and nobody looked since.
  expect(reportsFrom('2026-11-25T11:57:00Z')).toBe('2026-11-25T11:57:00Z');
});

const cases: [string, (given: any) => void, string][] = [
  [
    'it is told to run another revision',
    (a) => (a.spec.source.targetRevision = other),
    'it is told to run bbbbbbbbbbbb',
  ],
  [
    'it was compared with another',
    (a) => (a.status.sync.revision = other),
    'it was compared with bbbbbbbbbbbb',
  ],
  ['it was compared with nothing', (a) => delete a.status.sync.revision, 'it was compared with nothing'],
  [
    'the comparison was made for another',
    (a) => (a.status.sync.comparedTo.source.targetRevision = other),
    'the comparison was made for bbbbbbbbbbbb',
  ],
  [
    'the comparison was made for nothing',
    (a) => delete a.status.sync.comparedTo,
    'the comparison was made for nothing',
  ],
  ['it is out of sync', (a) => (a.status.sync.status = 'OutOfSync'), 'it is OutOfSync, not Synced'],
  ['it is degraded', (a) => (a.status.health.status = 'Degraded'), 'it is Degraded, not Healthy'],
  ['an operation waits', (a) => (a.operation = { sync: { revision } }), 'an operation is waiting'],
  ['an operation runs', (a) => (a.status.operationState.phase = 'Running'), 'an operation is running'],
  [
    'an operation is being ended',
    (a) => (a.status.operationState.phase = 'Terminating'),
    'an operation is running',
  ],
  [
    'a job after the sync failed',
    (a) => (a.status.operationState.phase = 'Failed'),
    'its sync, or a job around it, failed',
  ],
  [
    'there is an error',
    (a) => (a.status.conditions = [{ type: 'ComparisonError', message: 'no such path\nand more' }]),
    'ComparisonError: no such path',
  ],
  [
    'its project forbids a kind',
    (a) => (a.status.conditions = [{ type: 'InvalidSpecError', message: 'not permitted' }]),
    'InvalidSpecError: not permitted',
  ],
  [
    'it does not say since when',
    (a) => delete a.status.health.lastTransitionTime,
    'it does not say since when it is healthy',
  ],
  ['Argo CD has not looked', (a) => delete a.status, 'Argo CD has not looked at it yet'],
];
it.each(cases)('is not healthy: %s', (_, change, reason) => {
  expect(judge('healthy', change)).toEqual({ healthy: false, since: undefined, reasons: [reason] });
});

it('passes over a warning', () => {
  const warned = judge('healthy', (a) => {
    a.status.conditions = [{ type: 'OrphanedResourceWarning', message: '1 orphaned resource' }];
  });
  expect(warned.healthy).toBe(true);
});

it('holds for a soak, or since a time, and says how long when it does not', () => {
  const since = '2026-11-25T11:55:00Z';
  expect(judge('healthy', undefined, { soakSeconds: 300 }).healthy).toBe(true);
  expect(judge('healthy', undefined, { soakSeconds: 301 })).toMatchObject({
    healthy: false,
    since,
    reasons: ['healthy for 300 s of the 301 s to hold'],
  });
  expect(judge('healthy', undefined, { since: new Date(since) }).healthy).toBe(true);
  expect(judge('healthy', undefined, { since: new Date('2026-11-25T11:54:59Z') }).reasons).toEqual([
    'healthy since 2026-11-25T11:55:00Z only, not since 2026-11-25T11:54:59.000Z',
  ]);
  const ahead = judge('healthy', (a) => (a.status.health.lastTransitionTime = '2026-11-25T12:05:00Z'));
  expect(ahead.reasons).toEqual(['healthy for -300 s of the 120 s to hold']);
});

it('names all that is wrong in a sync of another revision, and in a revision that is not there', () => {
  expect(judge('syncing-another-revision').reasons).toEqual([
    'it is told to run bbbbbbbbbbbb',
    'it was compared with bbbbbbbbbbbb',
    'the comparison was made for bbbbbbbbbbbb',
    'it is OutOfSync, not Synced',
    'it is Progressing, not Healthy',
    'an operation is waiting',
    'an operation is running',
  ]);
  expect(judge('no-such-revision').reasons).toEqual([
    'it is told to run cccccccccccc',
    'it is OutOfSync, not Synced',
    expect.stringMatching(/^ComparisonError: Failed to load target state/),
  ]);
});

function parse(text: string, region = 'us-west'): unknown {
  return parseApplication(text, 'app.json', 'production', region);
}

it('refuses what is no Application, or another region’s', () => {
  expect(() => parse('no')).toThrow('app.json: is not JSON');
  expect(() => parse('{"kind":"List"}')).toThrow('app.json: is no Argo CD Application: kind: ');
  expect(() => parse(fixtureText('healthy'), 'us-east')).toThrow(
    'app.json: is the Application production-us-west, not production-us-east',
  );
  const moved = fixtureText('healthy').replaceAll('"dist/production/us-west"', '"dist/staging/us-west"');
  expect(() => parse(moved)).toThrow(
    'production-us-west runs dist/staging/us-west, not dist/production/us-west',
  );
  const bad = fixtureText('healthy').replace('"2026-11-25T11:50:00Z"', '"yesterday"');
  expect(() => parse(bad)).toThrow('app.json: is no Argo CD Application: status.health.lastTransitionTime: ');
});

it.each<[string, (given: any) => void, string]>([
  [
    'a health that is to come',
    (a) => (a.status.health.lastTransitionTime = '2026-11-25T12:05:00Z'),
    'status.health.lastTransitionTime: 2026-11-25T12:05:00Z is in the future (now 2026-11-25T12:00:00.000Z)',
  ],
  [
    'an operation that is to end',
    (a) => (a.status.operationState.finishedAt = '2027-01-01T00:00:00+01:00'),
    'status.operationState.finishedAt: 2027-01-01T00:00:00+01:00 is in the future',
  ],
  [
    'an operation that ended before it began',
    (a) => (a.status.operationState.finishedAt = '2026-11-25T11:54:40Z'),
    'status.operationState.finishedAt: 2026-11-25T11:54:40Z is before status.operationState.startedAt (2026-11-25T11:54:41Z)',
  ],
  [
    'a look that is to come',
    (a) => (a.status.reconciledAt = '2026-11-26T11:54:40Z'),
    'status.reconciledAt: 2026-11-26T11:54:40Z is in the future',
  ],
  [
    'another form',
    (a) => (a.status.operationState.startedAt = 1795607681),
    'status.operationState.startedAt: ',
  ],
])('refuses %s, by its field', (_, change, message) => {
  const given = JSON.parse(fixtureText('healthy'));
  const check = (): void => {
    const text = JSON.stringify(given);
    refuseUntrueTimes(parseApplication(text, 'app.json', 'production', 'us-west'), 'app.json', now);
  };
  check();
  change(given);
  expect(check).toThrow(message);
});

const schemas = { openapi: ['../shared/openapi'], crds: ['../shared/crds'] };
const isThere = existsSync('../shared/crds') && existsSync('../shared/openapi');
// Where the definitions are not (they are no part of the repository), the shape of the fixtures goes unchecked.
it.runIf(isThere)('the fixtures have the shape of the real CRD, status included', () => {
  const catalogue = openCatalogue(schemas);
  const check = (text: string): ReturnType<typeof checkSchemas> => {
    const place = { file: 'a file', environment: 'production', region: 'hub' };
    return checkSchemas([{ ...place, object: JSON.parse(text) }], catalogue);
  };
  for (const name of ['healthy', 'syncing-another-revision', 'no-such-revision'] as const) {
    expect(check(fixtureText(name))).toMatchObject({ findings: [], checked: 1 });
  }
  expect(check(fixtureText('healthy').replace('"phase"', '"fase"')).findings).not.toEqual([]);
});
