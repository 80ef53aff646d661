import type { Chart } from 'cdk8s';
import { customObject, inWave } from '../custom-object.ts';
import { kafkaNames, observabilityNames, secretPath } from '../names.ts';
import { namespaces, type Place } from '../place.ts';
import { collectorPorts } from './collectors.ts';
import { proxyLabels } from './kong-pod.ts';
import { addExternalSecret } from './stored-secret.ts';

type Monitor = {
  readonly namespace: string;
  readonly selector: object;
  /** By name, or by number where the operator that makes the pods names none. */
  readonly ports: readonly (string | number)[];
};

const labelled = (matchLabels: object): object => ({ matchLabels });

/** What Prometheus reads: the programs, Kong, the collectors, and the exporters beside the data. */
function monitorsOf({ environment, region }: Place): Readonly<Record<string, Monitor>> {
  const collector = (name: string): object => labelled({ 'app.kubernetes.io/name': `${name}-collector` });
  return {
    programs: {
      namespace: namespaces.programs,
      selector: { matchExpressions: [{ key: 'meridian.example/service', operator: 'Exists' }] },
      ports: ['metrics'],
    },
    kong: { namespace: namespaces.edge, selector: labelled(proxyLabels), ports: ['status'] },
    collector: {
      namespace: namespaces.observability,
      selector: collector(observabilityNames.collector),
      ports: [collectorPorts.own, collectorPorts.pushed],
    },
    agents: {
      namespace: namespaces.nodes,
      selector: collector(observabilityNames.agents),
      ports: [collectorPorts.own],
    },
    redis: {
      namespace: namespaces.data,
      selector: labelled({ redis_setup_type: 'cluster' }),
      ports: [9121],
    },
    ...(region.kafka.kind === 'strimzi'
      ? {
          // Brokers and controllers.
          kafka: {
            namespace: namespaces.data,
            selector: labelled({ 'strimzi.io/name': `${kafkaNames.cluster}-kafka` }),
            ports: [9404],
          },
          'kafka-lag': {
            namespace: namespaces.data,
            selector: labelled({ 'strimzi.io/name': `${kafkaNames.cluster}-kafka-exporter` }),
            ports: [9404],
          },
        }
      : {}),
    ...(region.kafka.kind !== 'confluent-cloud' && environment.regions.length > 1
      ? {
          'kafka-mirror': {
            namespace: namespaces.data,
            selector: labelled({ 'strimzi.io/cluster': kafkaNames.mirror }),
            ports: [9404],
          },
        }
      : {}),
  };
}

/** Monitors of all that has metrics, and the first user of Grafana. */
export function addMonitors(chart: Chart, place: Place): void {
  for (const [name, { namespace, selector, ports }] of Object.entries(monitorsOf(place))) {
    customObject(chart, `${name}-monitor`, {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PodMonitor',
      name,
      namespace: namespaces.observability,
      annotations: inWave('access'),
      spec: {
        namespaceSelector: { matchNames: [namespace] },
        selector,
        podMetricsEndpoints: ports.map((port) => ({
          ...(typeof port === 'number' ? { portNumber: port } : { port }),
          interval: '15s',
        })),
      },
    });
  }
  addExternalSecret(chart, {
    name: observabilityNames.grafanaSecret,
    namespace: namespaces.observability,
    wave: 'operatorsReady',
    from: {
      data: ['username', 'password'].map((property) => ({
        secretKey: property,
        remoteRef: { key: secretPath(place, observabilityNames.grafanaSecret), property },
      })),
    },
  });
}
