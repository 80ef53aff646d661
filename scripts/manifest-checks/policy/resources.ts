import { at } from '../fields.ts';
import { findingAt, type Finding } from '../manifest.ts';
import { containersOf, podsOf, type Container } from '../pods.ts';
import { quantity } from '../quantity.ts';
import type { Scope } from '../scope.ts';

/** Requests let the scheduler place a pod and the scaler compute; a limit of memory keeps a leak in its pod. */
export function checkResources(scope: Scope): readonly Finding[] {
  return podsOf(scope).flatMap(containersOf).flatMap(resourcesOf);
}

function resourcesOf(container: Container): Finding[] {
  const { pod, path, fields } = container;
  const read = (...names: readonly string[]): number | undefined =>
    quantity(at(fields, 'resources', ...names));
  const missing = [
    ['requests', 'cpu'],
    ['requests', 'memory'],
    ['limits', 'memory'],
  ]
    .filter((names) => read(...names) === undefined)
    .map((names) => `${path}.resources.${names.join('.')}`)
    .map((place) => findingAt(pod.manifest, place, 'resources', 'is required for every container'));
  const over = ['cpu', 'memory']
    .filter((name) => (read('requests', name) ?? 0) > (read('limits', name) ?? Infinity))
    .map((name) => `${path}.resources.requests.${name}`)
    .map((place) => findingAt(pod.manifest, place, 'resources', 'is more than its limit'));
  return [...missing, ...over];
}
