import { at, fieldsAt, listAt, numberAt, textAt } from '../../../rendered/fields.ts';
import { groupKindOf, type Manifest } from '../../manifest.ts';
import type { Scope } from '../../scope.ts';
import { platformNames } from './platform.ts';
import { productsOf } from './products.ts';

/** An object that is there, or will be: what is known of what it holds. Undefined where anything may be in it. */
export type Named = {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** Of a ConfigMap or Secret. */
  readonly keys?: readonly string[];
  /** Of a Service: numbers and names. */
  readonly ports?: readonly (number | string)[];
};

export type Names = {
  find(kind: string, namespace: string, name: string): Named | undefined;
};

const namesByScope = new WeakMap<Scope, Names>();

/** All names in a cluster that others may refer to: its objects, what operators make of them, what the platform brings. */
export function namesOf(scope: Scope): Names {
  const names = namesByScope.get(scope) ?? collectNames(scope);
  namesByScope.set(scope, names);
  return names;
}

function collectNames(scope: Scope): Names {
  const known = new Map<string, Named>();
  const add = (named: Named): void => void known.set(keyOf(named.kind, named.namespace, named.name), named);
  for (const named of platformNames) add(named);
  for (const manifest of scope.manifests) productsOf(manifest).forEach(add);
  for (const manifest of scope.manifests) add(ownNameOf(manifest));
  return {
    find: (kind, namespace, name) => known.get(keyOf(kind, namespace, name)) ?? everywhere(kind, name),
  };
}

const keyOf = (kind: string, namespace: string, name: string): string => `${kind} ${namespace}/${name}`;

/** What Kubernetes makes in each namespace. */
function everywhere(kind: string, name: string): Named | undefined {
  const isThere =
    (kind === 'ServiceAccount' && name === 'default') ||
    (kind === 'ConfigMap' && name === 'kube-root-ca.crt');
  return isThere ? { kind, namespace: '', name } : undefined;
}

function ownNameOf({ object }: Manifest): Named {
  const kind = groupKindOf(object);
  const { name, namespace = '' } = object.metadata;
  const named = { kind, namespace, name };
  if (kind === 'ConfigMap' || kind === 'Secret') {
    const maps = ['data', 'binaryData', 'stringData'].map((field) => fieldsAt(object, field));
    return { ...named, keys: maps.flatMap((map) => Object.keys(map)) };
  }
  if (kind === 'Service') {
    const ports = listAt(object, 'spec', 'ports').flatMap((port) => [
      numberAt(port, 'port') ?? [],
      textAt(port, 'name') ?? [],
    ]);
    // A name of the outside world has whatever ports that has.
    return at(object, 'spec', 'type') === 'ExternalName' ? named : { ...named, ports: ports.flat() };
  }
  return named;
}
