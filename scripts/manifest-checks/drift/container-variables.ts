import { at, listAt, mapAt, textAt, textsAt, type JsonObject } from '../../rendered/fields.ts';
import { namespaceOf, type Container } from '../pods.ts';
import { namesOf } from '../policy/names/names.ts';
import type { Scope } from '../scope.ts';

/** What a container finds in its environment: the value, or that it comes from a Secret. */
export type Variables = ReadonlyMap<string, { readonly value: string } | { readonly secret: string }>;

type Lookup = {
  readonly config: (name: string) => Readonly<Record<string, string>>;
  readonly secretKeys: (name: string) => readonly string[];
};

/** Reads the variables of containers as the kubelet does: `envFrom` in its order, then `env`, with `$(NAME)` filled in. */
export function createVariableReader(scope: Scope): (container: Container) => Variables {
  const names = namesOf(scope);
  return (container) => {
    const namespace = namespaceOf(container.pod.manifest);
    return variablesOf(container.fields, {
      config: (name) => mapAt(scope.find('ConfigMap', namespace, name)?.object, 'data'),
      secretKeys: (name) => names.find('Secret', namespace, name)?.keys ?? [],
    });
  };
}

function variablesOf(container: JsonObject, { config, secretKeys }: Lookup): Variables {
  const variables = new Map<string, { readonly value: string } | { readonly secret: string }>();
  for (const source of listAt(container, 'envFrom')) {
    const prefix = textAt(source, 'prefix') ?? '';
    const configName = textAt(source, 'configMapRef', 'name');
    const secretName = textAt(source, 'secretRef', 'name');
    for (const [key, value] of Object.entries(configName === undefined ? {} : config(configName)))
      variables.set(prefix + key, { value });
    for (const key of secretName === undefined ? [] : secretKeys(secretName))
      variables.set(prefix + key, { secret: `${secretName}/${key}` });
  }
  for (const entry of listAt(container, 'env')) {
    const name = textAt(entry, 'name') ?? '';
    const value = textAt(entry, 'value');
    const secret = at(entry, 'valueFrom', 'secretKeyRef');
    const key = textAt(entry, 'valueFrom', 'configMapKeyRef', 'key') ?? '';
    const fromConfig = config(textAt(entry, 'valueFrom', 'configMapKeyRef', 'name') ?? '')[key];
    if (secret !== undefined)
      variables.set(name, { secret: `${textAt(secret, 'name') ?? ''}/${textAt(secret, 'key') ?? ''}` });
    else if (value !== undefined) variables.set(name, expanded(value, variables));
    else if (fromConfig !== undefined) variables.set(name, { value: fromConfig });
  }
  return variables;
}

/** `postgres://$(USER):$(PASSWORD)@host`: with a secret in it the whole is one. */
function expanded(
  text: string,
  variables: Variables,
): { readonly value: string } | { readonly secret: string } {
  const used = [...text.matchAll(/\$\((\w+)\)/g)].map(([, name]) => variables.get(name!));
  if (used.some((variable) => variable !== undefined && 'secret' in variable)) return { secret: text };
  const value = text.replaceAll(/\$\((\w+)\)/g, (whole, name: string) => {
    const variable = variables.get(name);
    return variable !== undefined && 'value' in variable ? variable.value : whole;
  });
  return { value };
}

/** Whether a file is in the container: a key of a Secret or ConfigMap that is mounted there. */
export function hasFile(container: Container, scope: Scope, path: string): boolean {
  const names = namesOf(scope);
  const namespace = namespaceOf(container.pod.manifest);
  return listAt(container.fields, 'volumeMounts').some((mount) => {
    const mountPath = textAt(mount, 'mountPath') ?? '';
    const volume = listAt(container.pod.spec, 'volumes').find(({ name }) => name === mount['name']);
    if (!volume || !path.startsWith(`${mountPath}/`)) return false;
    const file = path.slice(mountPath.length + 1);
    const sources = [volume, ...listAt(volume, 'projected', 'sources')];
    return sources.some((source) =>
      filesOf(source, (kind, name) => names.find(kind, namespace, name)?.keys).includes(file),
    );
  });
}

function filesOf(
  source: JsonObject,
  keysOf: (kind: string, name: string) => readonly string[] | undefined,
): readonly string[] {
  return (['secret', 'configMap'] as const).flatMap((field) => {
    const name = textAt(source, field, 'secretName') ?? textAt(source, field, 'name');
    if (name === undefined) return [];
    const items = listAt(source, field, 'items').flatMap((item) => textAt(item, 'path') ?? []);
    const keys = keysOf(field === 'secret' ? 'Secret' : 'ConfigMap', name) ?? [];
    return items.length > 0 ? items : textsAt({ keys }, 'keys');
  });
}
