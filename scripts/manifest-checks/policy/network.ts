import { fieldsAt, listAt, textsAt } from '../../rendered/fields.ts';
import { findingAt, type Finding, type Manifest } from '../manifest.ts';
import { namespaceOf } from '../pods.ts';
import type { Scope } from '../scope.ts';

/** Every namespace refuses what no policy allows, in both directions; no policy allows the whole world in. */
export function checkNetwork(scope: Scope): readonly Finding[] {
  const policies = scope.ofKind('networking.k8s.io/NetworkPolicy');
  return [
    ...scope.ofKind('Namespace').flatMap((namespace) => defaultDeny(namespace, policies)),
    ...policies.flatMap(openRules),
  ];
}

function defaultDeny(namespace: Manifest, policies: readonly Manifest[]): Finding[] {
  const denied = policies
    .filter((policy) => namespaceOf(policy) === namespace.object.metadata.name)
    .filter(({ object }) => Object.keys(fieldsAt(object, 'spec', 'podSelector')).length === 0)
    .flatMap(({ object }) =>
      // A type without rules refuses all of it; rules of other policies then allow some.
      textsAt(object, 'spec', 'policyTypes').filter(
        (type) => listAt(object, 'spec', type.toLowerCase()).length === 0,
      ),
    );
  return ['Ingress', 'Egress']
    .filter((type) => !denied.includes(type))
    .map((type) =>
      findingAt(namespace, '', 'default-deny', `has no NetworkPolicy that refuses all ${type.toLowerCase()}`),
    );
}

/** A rule without peers or without ports lets in or out whatever there is. */
function openRules(policy: Manifest): Finding[] {
  return (['ingress', 'egress'] as const).flatMap((direction) =>
    listAt(policy.object, 'spec', direction).flatMap((rule, index) => {
      const peers = listAt(rule, direction === 'ingress' ? 'from' : 'to');
      if (peers.length > 0) return [];
      const message = `allows ${direction} ${direction === 'ingress' ? 'from' : 'to'} everywhere`;
      return [findingAt(policy, `spec.${direction}[${index}]`, 'open-network', message)];
    }),
  );
}
