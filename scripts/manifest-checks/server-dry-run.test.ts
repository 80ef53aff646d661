import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { dryRunOnServer } from './server-dry-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'meridian-kubectl-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A program that answers as kubectl does, and writes down what it was asked. */
function kubectlThat(name: string, body: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\necho "$@" >> ${folder}/asked\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}

test('without kubectl, and without a cluster, it says what is missing', async () => {
  expect(await dryRunOnServer(['a.yaml'], { kubectl: join(folder, 'no-such-program') })).toEqual({
    findings: [],
    accepted: 0,
    unavailable: 'kubectl is not on the PATH',
  });
  const refused = kubectlThat('refused', 'echo "The connection to the server was refused" >&2; exit 1');
  expect((await dryRunOnServer(['a.yaml'], { kubectl: refused })).unavailable).toBe(
    'the cluster of the kubeconfig does not answer: The connection to the server was refused',
  );
});

test('each refusal of the API server is a finding of its file; warnings are none', async () => {
  const kubectl = kubectlThat(
    'answers',
    `case "$*" in *version*|*good.yaml) exit 0;; esac
echo 'Warning: something is old' >&2
echo 'The KafkaTopic "orders" is invalid: spec: Invalid value: "object": no such rule' >&2
exit 1`,
  );
  const { findings, accepted } = await dryRunOnServer(['good.yaml', 'bad.yaml'], {
    kubectl,
    context: 'east',
  });
  expect(accepted).toBe(1);
  expect(findings).toEqual([
    {
      file: 'bad.yaml',
      object: 'KafkaTopic orders',
      path: '',
      rule: 'server',
      message: 'The KafkaTopic "orders" is invalid: spec: Invalid value: "object": no such rule',
    },
  ]);
  expect(readFileSync(join(folder, 'asked'), 'utf8')).toContain(
    '--context east apply --server-side --dry-run=server --validate=strict --force-conflicts',
  );
});
