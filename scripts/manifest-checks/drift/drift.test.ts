import { beforeAll, expect, test } from 'vitest';
import { environments } from '../../../environments/index.ts';
import type { KubernetesObject, Manifest } from '../manifest.ts';
import { readManifests } from '../read-manifests.ts';
import { createScope } from '../scope.ts';
import { driftOf } from '../testing/drift-of.ts';
import { the, textOf } from '../testing/region.ts';
import { checkDrift } from './index.ts';

const primary = environments.flatMap(({ name, regions }) =>
  regions.filter(({ role }) => role === 'primary').map((region) => `${name}/${region.name}`),
);
const place = primary.at(-1)!;
const environment = environments.find(({ name }) => place.startsWith(`${name}/`))!;
let rendered: readonly Manifest[];
beforeAll(() => {
  rendered = readManifests('dist', [place]).manifests;
});

/** What drifts in the largest region after a change of what is rendered for it. */
const driftAfter = (change: (objects: KubernetesObject[]) => unknown) =>
  driftOf(rendered, environment, change);

const container = (objects: readonly KubernetesObject[], name: string) =>
  the(objects, 'Deployment', name)['spec'].template.spec.containers[0];
const variable = (name: string): string =>
  `drift Deployment meridian/reserve-stock spec.template.spec.containers[0]: env ${name}`;

test('every rendered region runs what is declared', () => {
  for (const own of environments) {
    const { manifests } = readManifests('dist', [own.name]);
    for (const [region, of] of Map.groupBy(manifests, (manifest) => manifest.region))
      expect([own.name, region, ...checkDrift(createScope(of, true), own).map(textOf)]).toEqual([
        own.name,
        region,
      ]);
  }
});

test('a program without a Deployment, with two, and an unknown one are named', () => {
  expect(
    driftAfter((objects) => (container(objects, 'append-audit').args = ['worker', 'append-audits'])),
  ).toEqual([
    'drift Deployment meridian/append-audit spec.template.spec.containers[0].args: main.ts knows no program worker append-audits',
    'drift  : no Deployment runs worker append-audit',
  ]);
  const found = driftAfter((objects) => (container(objects, 'append-audit').args = ['gateway', 'order']));
  expect(found.slice(0, 2)).toEqual([
    'drift  : no Deployment runs worker append-audit',
    'drift Deployment meridian/append-audit : gateway order is run by Deployment meridian/order-service already',
  ]);
});

test('a variable that is missing, badly formed or misspelt is named', () => {
  expect(
    driftAfter((objects) => {
      const { data } = the(objects, 'ConfigMap', 'system-kafka');
      delete data.KAFKA_BROKERS;
    })[0],
  ).toMatch(/: env KAFKA_BROKERS: is missing: the process would not start$/);
  const misspelt = driftAfter((objects) =>
    container(objects, 'reserve-stock').env.push(
      { name: 'LOG_LEVEL', value: 'loud' },
      { name: 'LOGLEVEL', value: 'a' },
    ),
  );
  expect(misspelt).toEqual([
    `${variable('LOG_LEVEL')}: must be one of trace, debug, info, warn, error, fatal, silent: the process would not start`,
    `${variable('LOGLEVEL')}: is a variable that no program reads`,
  ]);
});

test('a key that is missing in the secret store is a variable that is missing', () => {
  const found = driftAfter((objects) => {
    the(objects, 'ExternalSecret', 'system-payment-provider')['spec'].data.pop();
  });
  expect(found.length).toBeGreaterThan(0);
  expect(found.every((text) => text.includes('env PAYMENT_PROVIDER_KEY: is missing'))).toBe(true);
});

test('ports, region and files that are others than the container has are named', () => {
  const found = driftAfter((objects) => {
    const own = container(objects, 'reserve-stock');
    own.ports[0].containerPort = 9000;
    own.env.push({ name: 'REGION', value: 'us-west' });
    own.env.find(({ name }: { name: string }) => name === 'KAFKA_KEY_FILE').value = '/etc/kafka/user/key.pem';
  });
  expect(found).toEqual([
    `${variable('REGION')}: is us-west, but the region that it is rendered for is us-east`,
    `${variable('METRICS_PORT')}: is 9464, but the port metrics of its container is 9000`,
    `${variable('KAFKA_KEY_FILE')}: no volume of the container has /etc/kafka/user/key.pem`,
  ]);
});

test('groups, topics and rights that are others than declared are named', () => {
  const found = driftAfter((objects) => {
    const [trigger] = the(objects, 'ScaledObject', 'reserve-stock')['spec'].triggers;
    trigger.metadata.consumerGroup = 'reserve';
    trigger.metadata.topic = 'payment-events';
    const { acls } = the(objects, 'KafkaUser', 'reserve-stock')['spec'].authorization;
    acls.find(({ resource }: { resource: { type: string } }) => resource.type === 'topic').resource.name =
      'audit-events';
  });
  expect(found).toEqual([
    "drift ScaledObject meridian/reserve-stock spec.triggers[0].metadata.consumerGroup: measures the group reserve, but the worker's is reserve-stock",
    'drift ScaledObject meridian/reserve-stock spec.triggers: does not say that it measures the lag on order-events',
    'drift ScaledObject meridian/reserve-stock spec.triggers: measures the lag on payment-events, which is not declared',
    'drift KafkaUser meridian/reserve-stock spec.authorization.acls: does not say that it may read order-events',
    'drift KafkaUser meridian/reserve-stock spec.authorization.acls: may read audit-events, which is not declared',
  ]);
});

test('partitions that differ from the environment are named', () => {
  expect(
    driftAfter((objects) => {
      the(objects, 'KafkaTopic', 'order-events')['spec'].partitions = 36;
      the(objects, 'ConfigMap', 'process')['data'].PARTITIONS = '36';
    }),
  ).toEqual([
    'drift KafkaTopic meridian-data/order-events spec.partitions: has 36 partitions, the environment 100',
    'drift ConfigMap meridian/process data.PARTITIONS: is 36, the environment has 100 partitions',
  ]);
});
