import { canonical, equal, itemsAt, textAt, type Json, shown } from '../../../rendered/fields.ts';
import type { FleetObject } from '../../object.ts';
import type { ObjectChange } from '../compare.ts';
import { movedAt, type FlagRule } from './rule.ts';

/** Rights that nobody had before: Kubernetes roles and bindings, Kafka ACLs, Argo CD projects. */
export const accessWidened: FlagRule = (change) => {
  const { sort, object } = change;
  if (sort === 'deleted') return [];
  switch (`${object.group}/${object.kind}`) {
    case 'rbac.authorization.k8s.io/Role':
    case 'rbac.authorization.k8s.io/ClusterRole':
      return role(change);
    case 'rbac.authorization.k8s.io/RoleBinding':
    case 'rbac.authorization.k8s.io/ClusterRoleBinding':
      return binding(change);
    case 'kafka.strimzi.io/KafkaUser':
      return kafkaUser(change);
    case 'argoproj.io/AppProject':
      return project(change);
    default:
      return [];
  }
};

type Right = { readonly on: string; readonly verb: string };

/** Each (resource, verb) that the rules grant, one by one: widening is a right that is not in the old set. */
function rightsOf(object: FleetObject | undefined): readonly Right[] {
  return itemsAt(object?.value, 'rules').flatMap((rule) => {
    const names = itemsAt(rule, 'resourceNames').map(shown).join('|');
    const groups = itemsAt(rule, 'apiGroups').map(shown);
    const resources = itemsAt(rule, 'resources').flatMap((resource) =>
      (groups.length > 0 ? groups : ['']).map(
        (group) => `${shown(resource)}${group === '' ? '' : `.${group}`}${names === '' ? '' : ` (${names})`}`,
      ),
    );
    const urls = itemsAt(rule, 'nonResourceURLs').map(shown);
    return [...resources, ...urls].flatMap((on) =>
      itemsAt(rule, 'verbs').map((verb) => ({ on, verb: shown(verb) })),
    );
  });
}

function role({ sort, before, after }: ObjectChange): readonly string[] {
  const had = rightsOf(before);
  const granted = (right: Right): boolean =>
    had.some(
      ({ on, verb }) =>
        (verb === right.verb || verb === '*') &&
        (on === right.on || on === '*' || right.on.startsWith(`${on} (`)),
    );
  const fresh = rightsOf(after).filter((right) => !granted(right));
  const wild = fresh.filter(({ on, verb }) => verb === '*' || on.startsWith('*'));
  if (wild.length > 0) return [`grants everything by a wildcard: ${rightsText(wild)}`];
  // A role that is new gives nothing before it is bound, and then the binding is named.
  return sort === 'added' || fresh.length === 0 ? [] : [`grants more: ${rightsText(fresh)}`];
}

function rightsText(rights: readonly Right[]): string {
  const some = rights.slice(0, 4).map(({ on, verb }) => `${verb} ${on}`);
  return `${some.join(', ')}${rights.length > 4 ? ` and ${rights.length - 4} more` : ''}`;
}

function binding(change: ObjectChange): readonly string[] {
  const { sort, object, before, after } = change;
  const roleName = textAt(after?.value, 'roleRef', 'name') ?? '';
  const fresh = subjectsOf(after).filter((subject) => !subjectsOf(before).some((old) => equal(old, subject)));
  const names = fresh.map((subject) => `${textAt(subject, 'kind') ?? ''} ${textAt(subject, 'name') ?? ''}`);
  const everyone = names.some((name) => /system:(un)?authenticated|system:serviceaccounts$/.test(name));
  if (everyone) return [`binds ${roleName} to everyone: ${names.join(', ')}`];
  if (/^(cluster-admin|admin)$/.test(roleName) && (fresh.length > 0 || movedAt(change, 'roleRef')))
    return [`binds ${roleName} to ${names.join(', ')}`];
  const wide = object.kind === 'ClusterRoleBinding' || sort === 'changed';
  return wide && fresh.length > 0 ? [`binds ${roleName} to ${names.join(', ')}`] : [];
}

/** Kafka's rights: a user with none at all may do everything on a cluster without authorization. */
function kafkaUser({ sort, before, after }: ObjectChange): readonly string[] {
  const known = new Set(aclsOf(before).map(canonical));
  const fresh = aclsOf(after).filter((acl) => !known.has(canonical(acl)));
  const wild = fresh.filter((acl) => textAt(acl, 'resource', 'name') === '*');
  if (wild.length > 0) return [`Kafka ACL on every name: ${wild.map(aclText).join(', ')}`];
  return sort === 'changed' && fresh.length > 0
    ? [`Kafka ACL grants more: ${fresh.map(aclText).join(', ')}`]
    : [];
}

const projectLists = [
  'sourceRepos',
  'destinations',
  'clusterResourceWhitelist',
  'namespaceResourceWhitelist',
  'sourceNamespaces',
] as const;

function project({ sort, before, after }: ObjectChange): readonly string[] {
  return projectLists.flatMap((list) => {
    const had = new Set(itemsAt(before?.value, 'spec', list).map(canonical));
    const fresh = itemsAt(after?.value, 'spec', list).filter((item) => !had.has(canonical(item)));
    const wild = fresh.some((item) => canonical(item).includes('"*"'));
    if (wild) return [`AppProject allows any ${list}`];
    return sort === 'changed' && fresh.length > 0
      ? [`AppProject allows more ${list}: ${fresh.map(canonical).slice(0, 3).join(', ')}`]
      : [];
  });
}

function subjectsOf(side: FleetObject | undefined): readonly Json[] {
  return itemsAt(side?.value, 'subjects');
}

function aclsOf(side: FleetObject | undefined): readonly Json[] {
  return itemsAt(side?.value, 'spec', 'authorization', 'acls');
}

function aclText(acl: Json): string {
  const operations = itemsAt(acl, 'operations').map(shown).join('/');
  const name = textAt(acl, 'resource', 'name') ?? '';
  const prefix = textAt(acl, 'resource', 'patternType') === 'prefix' ? '*' : '';
  return `${operations} ${textAt(acl, 'resource', 'type') ?? ''} ${name}${prefix}`.trim();
}
