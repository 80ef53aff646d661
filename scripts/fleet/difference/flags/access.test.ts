import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../rendered/fields.ts';
import { manifest } from '../../testing/fleet-fixture.ts';
import { reasonsOf, withSpec } from '../../testing/flagged.ts';

const kafkaUser = withSpec('kafka.strimzi.io/v1', 'KafkaUser');
const appProject = withSpec('argoproj.io/v1alpha1', 'AppProject');
const daemonSet = withSpec('apps/v1', 'DaemonSet');
const role = (rules: readonly JsonObject[]) =>
  manifest('rbac.authorization.k8s.io/v1', 'Role', 'x', { rules });
const rule = (verbs: string[], resources: string[]) => ({ apiGroups: [''], resources, verbs });
const binding = (kind: string, name: string, ...subjects: string[]) =>
  manifest('rbac.authorization.k8s.io/v1', kind, 'x', {
    roleRef: { kind: 'ClusterRole', name },
    subjects: subjects.map((subject) => ({ kind: 'Group', name: subject })),
  });
const user = (...acls: readonly JsonObject[]) => kafkaUser({ authorization: { type: 'simple', acls } });
const acl = (name: string) => ({ resource: { type: 'topic', name }, operations: ['Read'] });
const project = (...sourceRepos: readonly string[]) => appProject({ sourceRepos });
const pod = (securityContext: JsonObject) =>
  daemonSet({ template: { spec: { containers: [{ name: 'a', securityContext }] } } });

describe('red flags: rights', () => {
  it('a verb more, a wildcard, not a rule that is split', () => {
    expect(reasonsOf(role([rule(['get'], ['pods'])]), role([rule(['get', 'delete'], ['pods'])]))).toEqual([
      'grants more: delete pods',
    ]);
    expect(reasonsOf(undefined, role([rule(['*'], ['pods'])]))).toEqual([
      'grants everything by a wildcard: * pods',
    ]);
    expect(
      reasonsOf(
        role([rule(['get', 'list'], ['pods', 'nodes'])]),
        role([rule(['get', 'list'], ['pods']), rule(['list'], ['nodes'])]),
      ),
    ).toEqual([]);
    expect(reasonsOf(undefined, role([rule(['get'], ['pods'])]))).toEqual([]);
  });

  it('a subject more, cluster-admin, everyone', () => {
    expect(reasonsOf(binding('RoleBinding', 'view', 'a'), binding('RoleBinding', 'view', 'a', 'b'))).toEqual([
      'binds view to Group b',
    ]);
    expect(reasonsOf(undefined, binding('ClusterRoleBinding', 'cluster-admin', 'a'))).toEqual([
      'binds cluster-admin to Group a',
    ]);
    expect(reasonsOf(undefined, binding('RoleBinding', 'view', 'system:authenticated'))).toEqual([
      'binds view to everyone: Group system:authenticated',
    ]);
    expect(reasonsOf(undefined, binding('RoleBinding', 'view', 'a'))).toEqual([]);
  });

  it('Kafka ACLs and Argo CD projects', () => {
    expect(reasonsOf(user(acl('a')), user(acl('a'), acl('b')))).toEqual([
      'Kafka ACL grants more: Read topic b',
    ]);
    expect(reasonsOf(undefined, user(acl('*')))).toEqual(['Kafka ACL on every name: Read topic *']);
    expect(reasonsOf(undefined, user(acl('a')))).toEqual([]);
    expect(reasonsOf(project('a'), project('a', 'b'))).toEqual(['AppProject allows more sourceRepos: "b"']);
    expect(reasonsOf(undefined, project('*'))).toEqual(['AppProject allows any sourceRepos']);
  });

  it('privileges of pods', () => {
    expect(
      reasonsOf(pod({ runAsNonRoot: true }), pod({ privileged: true, capabilities: { add: ['NET_ADMIN'] } })),
    ).toEqual(['pod privileges: privileged', 'pod privileges: capability NET_ADMIN']);
  });
});
