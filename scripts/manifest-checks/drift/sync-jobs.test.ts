import { expect, test } from 'vitest';
import { topics } from '../../../contracts/topics.ts';
import { environments } from '../../../environments/index.ts';
import { workers } from '../../../workers/index.ts';
import { publishingTopics } from '../../auditor/publications.ts';
import type { KubernetesObject } from '../manifest.ts';
import { readManifests } from '../read-manifests.ts';
import { driftOf } from '../testing/drift-of.ts';
import { the } from '../testing/region.ts';

const environment = environments.at(-1)!;
const rendered = readManifests('dist', [`${environment.name}/us-east`]).manifests;

const driftAfter = (change: (objects: KubernetesObject[]) => unknown) =>
  driftOf(rendered, environment, change);

const container = (objects: readonly KubernetesObject[], name: string) =>
  the(objects, 'Job', name)['spec'].template.spec.containers[0];
const place = (name: string): string => `drift Job meridian/${name} spec.template.spec.containers[0]`;

test('a job without its variables, or with one that nobody reads, is named', () => {
  expect(
    driftAfter((objects) => {
      container(objects, 'migrate').envFrom.shift();
      container(objects, 'audit').env.shift();
      container(objects, 'smoke').env = [{ name: 'GATEWAYS', value: 'all' }];
    }),
  ).toEqual([
    `${place('migrate')}: env POSTGRES_URL: is missing: the process would not start`,
    `${place('audit')}: env REGION: is missing: the process would not start`,
    `${place('smoke')}: env GATEWAYS: is a variable that no program reads`,
  ]);
});

test('a job that is not there, runs something else, or would not end is named', () => {
  expect(
    driftAfter((objects) => {
      the(objects, 'Job', 'smoke')['metadata'].name = 'smoke-test';
      container(objects, 'audit').command = ['/usr/local/bin/node', 'scripts/audit.ts'];
      delete the(objects, 'Job', 'migrate')['spec'].activeDeadlineSeconds;
      delete the(objects, 'CronJob', 'audit')['spec'].jobTemplate.spec.activeDeadlineSeconds;
    }),
  ).toEqual([
    `${place('audit')}: command: runs scripts/audit.ts, which is no job of the image`,
    'drift  : no Job smoke',
    `${place('migrate')}: activeDeadlineSeconds: is missing: a sync would wait for it for ever`,
    'drift CronJob meridian/audit spec.jobTemplate.spec.template.spec.containers[0]: activeDeadlineSeconds: is missing: a sync would wait for it for ever',
  ]);
  expect(driftAfter((objects) => (the(objects, 'CronJob', 'audit')['metadata'].name = 'later'))).toEqual([
    'drift  : no CronJob audit',
  ]);
});

test('the Kafka user of the audit may read what the auditor reads, and join no group but its own', () => {
  const objects = rendered.map(({ object }) => object);
  const { acls } = the(objects, 'KafkaUser', 'audit')['spec'].authorization as {
    acls: { resource: { type: string; name: string; patternType: string }; operations: string[] }[];
  };
  const allowed = (type: string, operation: string): string[] =>
    acls
      .filter(({ resource, operations }) => resource.type === type && operations.includes(operation))
      .map(({ resource }) => `${resource.name}${resource.patternType === 'prefix' ? '*' : ''}`);
  expect(allowed('topic', 'Read')).toEqual([...publishingTopics, topics.deadLetterEvents.name]);
  const consumed = workers.flatMap(({ consumes }) => [consumes].flat() as { name: string }[]);
  expect(allowed('topic', 'Describe')).toEqual(
    expect.arrayContaining([...publishingTopics, ...consumed.map(({ name }) => name)]),
  );
  expect(allowed('group', 'Describe')).toEqual(expect.arrayContaining(workers.map(({ name }) => name)));
  expect([allowed('group', 'Read'), allowed('group', 'Delete')]).toEqual([['audit-*'], ['audit-*']]);
  expect(
    acls.filter(({ operations }) => operations.some((name) => /^(Write|Create|Alter)/.test(name))),
  ).toEqual([]);
});
