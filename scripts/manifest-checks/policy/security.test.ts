import { expect, test } from 'vitest';
import type { KubernetesObject } from '../manifest.ts';
import { containerOf, findingsAfter, objectOf, the } from '../testing/region.ts';
import { checkAccess } from './access.ts';
import { checkNetwork } from './network.ts';
import { checkSecrets } from './secrets.ts';

const withVariable = (name: string, value: string) => (objects: KubernetesObject[]) =>
  (containerOf(objects)['env'] = [{ name, value }]);
const variable = 'Deployment meridian/order-service spec.template.spec.containers[0].env[0].value';

test('a Secret with its data in git is named', () => {
  expect(
    findingsAfter(checkSecrets, (objects) =>
      objects.push(objectOf('v1', 'Secret', 'plain', { stringData: { a: 'b' }, data: { c: 'ZA==' } })),
    ),
  ).toEqual([
    'plain-secret Secret meridian/plain data: must come from the secret store',
    'plain-secret Secret meridian/plain stringData: must come from the secret store',
  ]);
});

test.each([
  ['DB_PASSWORD', 'hunter22'],
  ['AUTH_SECRET', 'abc'],
  ['STRIPE_API_KEY', 'abc'],
])('the variable %s with a plain value is named', (name, value) => {
  expect(findingsAfter(checkSecrets, withVariable(name, value))).toEqual([
    `plain-secret ${variable}: must be read from a Secret`,
  ]);
});

test.each([
  ['POSTGRES', 'postgres://meridian:hunter22@db:5432/x', 'has an address with a password'],
  ['X', '-----BEGIN RSA PRIVATE KEY-----\nabc', 'has a private key'],
  ['X', 'AKIAABCDEFGHIJKLMNOP', 'has what looks like a token'],
])('the value of %s is known as secret by itself', (name, value, what) => {
  expect(findingsAfter(checkSecrets, withVariable(name, value))).toEqual([
    `plain-secret ${variable}: ${what}`,
  ]);
});

test('addresses without a password, templates, paths and flags are no secrets', () => {
  const found = findingsAfter(checkSecrets, (objects) => {
    containerOf(objects)['env'] = [
      { name: 'TOKEN', value: '/var/run/token' },
      { name: 'API_KEY', value: '$(FROM_ELSEWHERE)' },
      { name: 'A', value: 'https://user@host/path' },
      { name: 'B', value: 'http://host:8080/a@b' },
    ];
    the(objects, 'ExternalSecret')['spec'].target = {
      template: { data: { url: 'postgres://meridian:{{ .password }}@streams:5432/meridian' } },
    };
  });
  expect(found).toEqual([]);
});

test('a ConfigMap with what belongs in a Secret is named', () => {
  expect(
    findingsAfter(checkSecrets, (objects) => (the(objects, 'ConfigMap')['data'].SMTP_PASSWORD = 'hunter22')),
  ).toEqual([
    'plain-secret ConfigMap meridian/process data.SMTP_PASSWORD: looks like a secret: belongs in a Secret',
  ]);
});

test.each(['verbs', 'resources', 'apiGroups'])('a role with * in its %s is named', (field) => {
  const rule = { verbs: ['get'], resources: ['pods'], apiGroups: [''], [field]: ['*'] };
  expect(
    findingsAfter(checkAccess, (objects) =>
      objects.push(objectOf('rbac.authorization.k8s.io/v1', 'Role', 'all', { rules: [rule] })),
    ),
  ).toEqual([`wildcard-rbac Role meridian/all rules[0].${field}: must name what is allowed, without *`]);
});

test('a binding to cluster-admin, and one of everybody, are named', () => {
  const found = findingsAfter(checkAccess, (objects) =>
    objects.push(
      objectOf('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', 'root', {
        namespace: null,
        roleRef: { kind: 'ClusterRole', name: 'cluster-admin' },
        subjects: [{ kind: 'Group', name: 'system:authenticated' }],
      }),
    ),
  );
  expect(found).toEqual([
    'wildcard-rbac ClusterRoleBinding root roleRef.name: cluster-admin may do everything',
    'wildcard-rbac ClusterRoleBinding root subjects: binds everybody',
  ]);
});

test('a Kafka user who may do everything, or with everything, is named', () => {
  const acls = [
    { resource: { type: 'topic', name: '*' }, operations: ['Read'] },
    { resource: { type: 'group', name: 'reserve-stock' }, operations: ['All'] },
    { resource: { type: 'cluster' }, operations: ['IdempotentWrite'] },
  ];
  const found = findingsAfter(checkAccess, (objects) => {
    objects.push(objectOf('kafka.strimzi.io/v1', 'KafkaUser', 'a', { spec: { authorization: { acls } } }));
    objects.push(objectOf('kafka.strimzi.io/v1', 'KafkaUser', 'b', { spec: {} }));
  });
  expect(found).toEqual([
    'wildcard-acl KafkaUser meridian/a spec.authorization.acls[0].resource.name: must name the resource, not all of them',
    'wildcard-acl KafkaUser meridian/a spec.authorization.acls[1].operations: must name the operations, not All',
    'wildcard-acl KafkaUser meridian/b spec.authorization: is required: without rules a user may do everything',
  ]);
});

test('an AppProject that lets everything in is named', () => {
  const spec = {
    sourceRepos: ['*'],
    destinations: [{ name: 'us-east', namespace: '*' }],
    clusterResourceWhitelist: [{ group: '*', kind: '*' }],
    roles: [{ name: 'all', policies: ['p, proj:fleet:all, applications, *, fleet/us-east, allow'] }],
  };
  const found = findingsAfter(checkAccess, (objects) =>
    objects.push(objectOf('argoproj.io/v1alpha1', 'AppProject', 'fleet', { spec })),
  );
  expect(found.map((text) => text.split(':')[0])).toEqual([
    'wildcard-project AppProject meridian/fleet spec.sourceRepos[0]',
    'wildcard-project AppProject meridian/fleet spec.destinations[0].namespace',
    'wildcard-project AppProject meridian/fleet spec.clusterResourceWhitelist[0]',
    'wildcard-project AppProject meridian/fleet spec.roles[0].policies[0]',
  ]);
});

test('a namespace whose traffic is not refused by default is named', () => {
  expect(
    findingsAfter(
      checkNetwork,
      (objects) => (the(objects, 'NetworkPolicy')['spec'].policyTypes = ['Ingress']),
    ),
  ).toEqual(['default-deny Namespace meridian : has no NetworkPolicy that refuses all egress']);
});

test('a policy that allows the whole world is named', () => {
  const spec = { podSelector: {}, policyTypes: ['Egress'], egress: [{ ports: [{ port: 443 }] }] };
  expect(
    findingsAfter(checkNetwork, (objects) =>
      objects.push(objectOf('networking.k8s.io/v1', 'NetworkPolicy', 'open', { spec })),
    ),
  ).toEqual(['open-network NetworkPolicy meridian/open spec.egress[0]: allows egress to everywhere']);
});
