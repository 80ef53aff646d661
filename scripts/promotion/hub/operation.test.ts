import { expect, it } from 'vitest';
import { fixtureText, type FixtureName } from '../testing/applications.ts';
import { parseApplication, type Application } from './application.ts';
import { endCommand, getCommand, shellOf } from './kubectl.ts';
import { decideOperation } from './operation.ts';

const pinned = 'a'.repeat(40);
const other = 'b'.repeat(40);

function application(name: FixtureName, change: (given: any) => void = () => {}): Application {
  const given = JSON.parse(fixtureText(name));
  change(given);
  return parseApplication(JSON.stringify(given), 'a file', 'production', 'us-west');
}

it('ends a running operation of another revision', () => {
  expect(decideOperation(application('syncing-another-revision'), pinned)).toEqual({
    action: 'end',
    reason: 'its operation is of bbbbbbbbbbbb, not of aaaaaaaaaaaa',
  });
});

const left: [string, Application, string, string][] = [
  ['none runs', application('healthy'), pinned, 'no operation is running'],
  [
    'there never was one',
    application('healthy', (a) => delete a.status.operationState),
    pinned,
    'no operation is running',
  ],
  ['there is no status', application('healthy', (a) => delete a.status), pinned, 'no operation is running'],
  [
    'it is of the pin’s revision',
    application('syncing-another-revision'),
    other,
    'its operation is of bbbbbbbbbbbb, as it should be',
  ],
  [
    'it is ending',
    application('syncing-another-revision', (a) => (a.status.operationState.phase = 'Terminating')),
    pinned,
    'its operation is ending already',
  ],
];
it.each(left)('leaves it: %s', (_, given, revision, reason) => {
  expect(decideOperation(given, revision)).toEqual({ action: 'leave', reason });
});

/** An operation that runs and names no revision of its own. */
function unnamed(change: (given: any) => void): Application {
  return application('syncing-another-revision', (a) => {
    delete a.status.operationState.operation.sync.revision;
    change(a);
  });
}

it('goes by the result, then by what was asked for, where the operation names no revision', () => {
  expect(
    decideOperation(
      unnamed(() => {}),
      other,
    ).action,
  ).toBe('leave');
  const asked = unnamed((a) => delete a.status.operationState.syncResult);
  expect(decideOperation(asked, other).action).toBe('leave');
  const nothing = unnamed((a) => {
    delete a.status.operationState.syncResult;
    delete a.operation.sync.revision;
  });
  expect(decideOperation(nothing, pinned)).toEqual({
    action: 'end',
    reason: 'its operation is of no revision that it names, not of aaaaaaaaaaaa',
  });
});

it('tells the commands as a shell takes them; the patch holds for the version that was read', () => {
  expect(shellOf(getCommand({ kubeconfig: 'my hub' }, 'production', 'us-west'))).toBe(
    "kubectl get application production-us-west --namespace argocd --kubeconfig 'my hub' --output json",
  );
  expect(shellOf(endCommand({}, application('syncing-another-revision')))).toBe(
    `kubectl patch application production-us-west --namespace argocd --type merge --patch '{"metadata":{"resourceVersion":"184467"},"status":{"operationState":{"phase":"Terminating"}}}'`,
  );
});
