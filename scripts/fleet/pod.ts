import { at, entriesAt, itemsAt, textAt, type Json } from '../rendered/fields.ts';
import { bytesOf, milliCpuOf } from './quantity.ts';
import { nothing, plus, type Footprint } from './workload.ts';

/** What a container's `resources` request. Kubernetes takes the limit where there is no request. */
export function footprintOf(resources: Json | undefined): Footprint {
  const quantity = (name: 'cpu' | 'memory'): string | number => {
    const found = at(resources, 'requests', name) ?? at(resources, 'limits', name) ?? 0;
    return typeof found === 'number' || typeof found === 'string' ? found : JSON.stringify(found);
  };
  return { milliCpu: milliCpuOf(quantity('cpu')), memoryBytes: bytesOf(quantity('memory')) };
}

/**
 * What a pod requests, as the scheduler counts: the containers and the init containers that keep running, or the largest
 * init container when that needs more.
 */
export function podFootprint(podSpec: Json | undefined): Footprint {
  const init = itemsAt(podSpec, 'initContainers');
  const staying = init.filter((container) => textAt(container, 'restartPolicy') === 'Always');
  const running = [...itemsAt(podSpec, 'containers'), ...staying]
    .map((container) => footprintOf(at(container, 'resources')))
    .reduce(plus, nothing);
  return init
    .filter((container) => !staying.includes(container))
    .map((container) => footprintOf(at(container, 'resources')))
    .reduce(
      (most, one) => ({
        milliCpu: Math.max(most.milliCpu, one.milliCpu),
        memoryBytes: Math.max(most.memoryBytes, one.memoryBytes),
      }),
      running,
    );
}

/** Bytes that a list of volume claim templates asks for. */
export function claimedBytes(templates: readonly (Json | undefined)[]): number {
  return templates
    .map((template) => storageBytes(at(template, 'spec', 'resources', 'requests', 'storage')))
    .reduce((sum, bytes) => sum + bytes, 0);
}

export function storageBytes(quantity: Json | undefined): number {
  return typeof quantity === 'string' || typeof quantity === 'number' ? bytesOf(quantity) : 0;
}

/** The labels that a pod's nodes must have, by its selector or a required affinity with one value. */
export function nodeLabelsOf(podSpec: Json | undefined): Record<string, string> {
  const labels: Record<string, string> = {};
  const required = ['affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution'];
  const terms = itemsAt(podSpec, ...required, 'nodeSelectorTerms');
  for (const expression of terms.length === 1 ? itemsAt(terms[0], 'matchExpressions') : []) {
    const [value, ...others] = itemsAt(expression, 'values');
    const key = textAt(expression, 'key');
    if (key !== undefined && typeof value === 'string' && others.length === 0) labels[key] = value;
  }
  for (const [key, value] of entriesAt(podSpec, 'nodeSelector'))
    if (typeof value === 'string') labels[key] = value;
  return labels;
}
