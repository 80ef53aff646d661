import { fieldsAt, mapAt, type JsonObject } from '../../rendered/fields.ts';
import { findingAt, type Finding, type Manifest } from '../manifest.ts';
import { namespaceOf, podsOf } from '../pods.ts';
import type { Scope } from '../scope.ts';
import { matches } from '../selectors.ts';
import { operatorPodsOf, type LabelledPods } from './names/operator-pods.ts';
import { monitoredNamespaces } from './names/port-names.ts';

/** A selector that matches nothing protects, serves and measures nothing, and nobody is told. */
export function checkSelectors(scope: Scope): readonly Finding[] {
  const pods: readonly LabelledPods[] = [
    ...podsOf(scope).map(({ manifest, labels }) => ({ namespace: namespaceOf(manifest), labels })),
    ...scope.manifests.flatMap(operatorPodsOf),
  ];
  const services = scope.ofKind('Service');
  const selects = (manifest: Manifest, selector: JsonObject): boolean =>
    pods.some(({ namespace, labels }) => namespace === namespaceOf(manifest) && matches(selector, labels));
  return [
    ...services.flatMap((service) => {
      const matchLabels = mapAt(service.object, 'spec', 'selector');
      const isSelecting = Object.keys(matchLabels).length > 0;
      return isSelecting && !selects(service, { matchLabels })
        ? problem(service, 'spec.selector', 'pod')
        : [];
    }),
    ...scope
      .ofKind('policy/PodDisruptionBudget')
      .filter((budget) => !selects(budget, fieldsAt(budget.object, 'spec', 'selector')))
      .flatMap((budget) => problem(budget, 'spec.selector', 'pod')),
    ...scope.ofKind('networking.k8s.io/NetworkPolicy').flatMap((policy) => {
      const selector = fieldsAt(policy.object, 'spec', 'podSelector');
      return Object.keys(selector).length > 0 && !selects(policy, selector)
        ? problem(policy, 'spec.podSelector', 'pod')
        : [];
    }),
    ...scope.ofKind('monitoring.coreos.com/ServiceMonitor').flatMap((monitor) => {
      const selector = fieldsAt(monitor.object, 'spec', 'selector');
      const isUsed = services.some(
        (service) =>
          monitoredNamespaces(monitor, service) &&
          matches(selector, mapAt(service.object, 'metadata', 'labels')),
      );
      return isUsed ? [] : problem(monitor, 'spec.selector', 'Service');
    }),
    ...scope.ofKind('monitoring.coreos.com/PodMonitor').flatMap((monitor) => {
      const selector = fieldsAt(monitor.object, 'spec', 'selector');
      const isUsed = pods.some(({ namespace, labels }) => {
        const target = { ...monitor, object: { ...monitor.object, metadata: { name: '', namespace } } };
        return monitoredNamespaces(monitor, target) && matches(selector, labels);
      });
      return isUsed ? [] : problem(monitor, 'spec.selector', 'pod');
    }),
  ];
}

function problem(manifest: Manifest, path: string, what: string): Finding[] {
  return [findingAt(manifest, path, 'empty-selector', `matches no ${what}`)];
}
