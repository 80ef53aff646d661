import { fieldsAt, listAt, mapAt, textAt, type JsonObject } from '../../../rendered/fields.ts';
import { findingAt, type Finding, type Manifest } from '../../manifest.ts';
import { containersOf, namespaceOf, podsOf, type Container, type PodTemplate } from '../../pods.ts';
import type { Scope } from '../../scope.ts';
import { matches } from '../../selectors.ts';

/** Ports that are called by a name have that name: in a container for its probes, in the pods of a Service, in a Service that is scraped. */
export function checkPortNames(scope: Scope): readonly Finding[] {
  const pods = podsOf(scope);
  return [
    ...pods.flatMap(containersOf).flatMap(probePorts),
    ...scope.ofKind('Service').flatMap((service) => targetPorts(service, pods)),
    ...scope.ofKind('monitoring.coreos.com/ServiceMonitor').flatMap((monitor) => scraped(monitor, scope)),
    ...scope.ofKind('monitoring.coreos.com/PodMonitor').flatMap((monitor) => scrapedPods(monitor, pods)),
  ];
}

const portNames = (container: JsonObject): readonly string[] =>
  listAt(container, 'ports').flatMap((port) => textAt(port, 'name') ?? []);

function probePorts({ pod, path, fields }: Container): Finding[] {
  return ['startupProbe', 'readinessProbe', 'livenessProbe'].flatMap((probe) =>
    ['httpGet', 'tcpSocket'].flatMap((action) => {
      const port = textAt(fields, probe, action, 'port');
      if (port === undefined || portNames(fields).includes(port)) return [];
      const message = `the container has no port ${port}`;
      return [findingAt(pod.manifest, `${path}.${probe}.${action}.port`, 'missing-name', message)];
    }),
  );
}

function targetPorts(service: Manifest, pods: readonly PodTemplate[]): Finding[] {
  const selector = mapAt(service.object, 'spec', 'selector');
  const selected = pods.filter(
    (pod) =>
      namespaceOf(pod.manifest) === namespaceOf(service) && matches({ matchLabels: selector }, pod.labels),
  );
  // Pods that an operator makes are not here to be looked at.
  if (Object.keys(selector).length === 0 || selected.length === 0) return [];
  const known = new Set(selected.flatMap(containersOf).flatMap(({ fields }) => portNames(fields)));
  return listAt(service.object, 'spec', 'ports').flatMap((port, index) => {
    const target = textAt(port, 'targetPort');
    if (target === undefined || known.has(target)) return [];
    const message = `the pods have no port ${target}`;
    return [findingAt(service, `spec.ports[${index}].targetPort`, 'missing-name', message)];
  });
}

function scraped(monitor: Manifest, scope: Scope): Finding[] {
  const services = scope
    .ofKind('Service')
    .filter(
      (service) =>
        monitoredNamespaces(monitor, service) &&
        matches(fieldsAt(monitor.object, 'spec', 'selector'), mapAt(service.object, 'metadata', 'labels')),
    );
  if (services.length === 0) return [];
  const known = services.flatMap(({ object }) =>
    listAt(object, 'spec', 'ports').map((port) => textAt(port, 'name')),
  );
  return listAt(monitor.object, 'spec', 'endpoints').flatMap((endpoint, index) => {
    const port = textAt(endpoint, 'port');
    if (port === undefined || known.includes(port)) return [];
    return [
      findingAt(monitor, `spec.endpoints[${index}].port`, 'missing-name', `no Service has a port ${port}`),
    ];
  });
}

function scrapedPods(monitor: Manifest, pods: readonly PodTemplate[]): Finding[] {
  const selected = pods.filter(
    (pod) =>
      monitoredNamespaces(monitor, pod.manifest) &&
      matches(fieldsAt(monitor.object, 'spec', 'selector'), pod.labels),
  );
  if (selected.length === 0) return [];
  const known = selected.flatMap(containersOf).flatMap(({ fields }) => portNames(fields));
  return listAt(monitor.object, 'spec', 'podMetricsEndpoints').flatMap((endpoint, index) => {
    const port = textAt(endpoint, 'port');
    if (port === undefined || known.includes(port)) return [];
    const path = `spec.podMetricsEndpoints[${index}].port`;
    return [findingAt(monitor, path, 'missing-name', `no pod has a port ${port}`)];
  });
}

/** A monitor looks into its own namespace unless it says which others. */
export function monitoredNamespaces(monitor: Manifest, target: Manifest): boolean {
  const selector = fieldsAt(monitor.object, 'spec', 'namespaceSelector');
  if (selector['any'] === true) return true;
  const named = selector['matchNames'];
  return Array.isArray(named)
    ? named.includes(namespaceOf(target))
    : namespaceOf(monitor) === namespaceOf(target);
}
