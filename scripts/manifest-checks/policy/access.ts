import { at, fieldsAt, listAt, textAt, textsAt, type JsonObject } from '../../rendered/fields.ts';
import { findingAt, type Finding, type Manifest } from '../manifest.ts';
import type { Scope } from '../scope.ts';

/** Nobody may do everything: roles and Kafka users name what they may do, and to what. */
export function checkAccess(scope: Scope): readonly Finding[] {
  return [
    ...scope
      .ofKind('rbac.authorization.k8s.io/Role', 'rbac.authorization.k8s.io/ClusterRole')
      .flatMap(roleRules),
    ...scope
      .ofKind('rbac.authorization.k8s.io/RoleBinding', 'rbac.authorization.k8s.io/ClusterRoleBinding')
      .flatMap(binding),
    ...scope.ofKind('kafka.strimzi.io/KafkaUser').flatMap(accessRules),
    ...scope.ofKind('argoproj.io/AppProject').flatMap(projectRules),
  ];
}

function roleRules(manifest: Manifest): Finding[] {
  return listAt(manifest.object, 'rules').flatMap((rule, index) =>
    ['verbs', 'resources', 'apiGroups', 'nonResourceURLs']
      .filter((field) => textsAt(rule, field).some((value) => value.includes('*')))
      .map((field) =>
        findingAt(
          manifest,
          `rules[${index}].${field}`,
          'wildcard-rbac',
          'must name what is allowed, without *',
        ),
      ),
  );
}

function binding(manifest: Manifest): Finding[] {
  const role = textAt(manifest.object, 'roleRef', 'name') ?? '';
  const admin = ['cluster-admin', 'admin', 'edit'].includes(role);
  const everybody = listAt(manifest.object, 'subjects').some((subject) =>
    /^system:(authenticated|unauthenticated|serviceaccounts)/.test(textAt(subject, 'name') ?? ''),
  );
  return [
    ...(admin ? [findingAt(manifest, 'roleRef.name', 'wildcard-rbac', `${role} may do everything`)] : []),
    ...(everybody ? [findingAt(manifest, 'subjects', 'wildcard-rbac', 'binds everybody')] : []),
  ];
}

function accessRules(manifest: Manifest): Finding[] {
  const rules = listAt(manifest.object, 'spec', 'authorization', 'acls');
  const finding = (path: string, message: string): Finding =>
    findingAt(manifest, path, 'wildcard-acl', message);
  return [
    ...(at(manifest.object, 'spec', 'authorization') === undefined
      ? [finding('spec.authorization', 'is required: without rules a user may do everything')]
      : []),
    ...rules.flatMap((rule, index) => {
      const path = `spec.authorization.acls[${index}]`;
      return [
        ...(textsAt(rule, 'operations').includes('All')
          ? [finding(`${path}.operations`, 'must name the operations, not All')]
          : []),
        ...(isWildcard(fieldsAt(rule, 'resource'))
          ? [finding(`${path}.resource.name`, 'must name the resource, not all of them')]
          : []),
      ];
    }),
  ];
}

function isWildcard(resource: JsonObject): boolean {
  if (resource['type'] === 'cluster') return false;
  const name = textAt(resource, 'name') ?? '';
  return name === '*' || name === '';
}

function projectRules(manifest: Manifest): Finding[] {
  const finding = (path: string, message: string): Finding =>
    findingAt(manifest, path, 'wildcard-project', message);
  const { object } = manifest;
  const policies = listAt(object, 'spec', 'roles').flatMap((role, index) =>
    textsAt(role, 'policies').flatMap((policy, line) =>
      policy.includes('*')
        ? [finding(`spec.roles[${index}].policies[${line}]`, 'must name what is allowed, without *')]
        : [],
    ),
  );
  const sources = textsAt(object, 'spec', 'sourceRepos').flatMap((repository, index) =>
    repository === '*' ? [finding(`spec.sourceRepos[${index}]`, 'must name a repository')] : [],
  );
  const destinations = listAt(object, 'spec', 'destinations').flatMap((destination, index) =>
    ['server', 'name', 'namespace']
      .filter((field) => destination[field] === '*')
      .map((field) => finding(`spec.destinations[${index}].${field}`, 'must name a destination')),
  );
  const kinds = ['clusterResourceWhitelist', 'namespaceResourceWhitelist'].flatMap((field) =>
    listAt(object, 'spec', field).flatMap(({ group, kind }, index) =>
      group === '*' || kind === '*'
        ? [finding(`spec.${field}[${index}]`, 'must name a group and a kind')]
        : [],
    ),
  );
  return [...sources, ...destinations, ...kinds, ...policies];
}
