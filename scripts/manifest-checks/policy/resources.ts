import { bytesOf, milliCpuOf } from '../../fleet/quantity.ts';
import { at } from '../../rendered/fields.ts';
import { isQuantity } from '../schemas/quantity.ts';
import { findingAt, type Finding } from '../manifest.ts';
import { containersOf, podsOf, type Container } from '../pods.ts';
import type { Scope } from '../scope.ts';

/** Requests let the scheduler place a pod and the scaler compute; a limit of memory keeps a leak in its pod. */
export function checkResources(scope: Scope): readonly Finding[] {
  return podsOf(scope).flatMap(containersOf).flatMap(resourcesOf);
}

function resourcesOf(container: Container): Finding[] {
  const { pod, path, fields } = container;
  const read = (of: string, name: string): number | undefined =>
    amountOf(name, at(fields, 'resources', of, name));
  const missing = [
    ['requests', 'cpu'],
    ['requests', 'memory'],
    ['limits', 'memory'],
  ]
    .filter(([of, name]) => read(of!, name!) === undefined)
    .map((names) => `${path}.resources.${names.join('.')}`)
    .map((place) => findingAt(pod.manifest, place, 'resources', 'is required for every container'));
  const over = ['cpu', 'memory']
    .filter((name) => (read('requests', name) ?? 0) > (read('limits', name) ?? Infinity))
    .map((name) => `${path}.resources.requests.${name}`)
    .map((place) => findingAt(pod.manifest, place, 'resources', 'is more than its limit'));
  return [...missing, ...over];
}

/** What is no quantity is none here: the schema has named it. */
function amountOf(name: string, value: unknown): number | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  if (!isQuantity(value)) return undefined;
  return name === 'cpu' ? milliCpuOf(value) : bytesOf(value);
}
