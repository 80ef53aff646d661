import type { Chart } from 'cdk8s';
import { customObject, inWave } from '../custom-object.ts';
import { observabilityNames } from '../names.ts';
import { namespaces, type Place } from '../place.ts';
import { onDataNodes, volumeOf } from './data-parts.ts';

const namespace = namespaces.observability;

/** Traces and logs by OpenTelemetry into Elastic and Jaeger, metrics by Prometheus from every program. */
export function addObservability(chart: Chart, { environment }: Place): void {
  const { observability } = environment;
  const { elasticsearch } = observability;
  const size = { cpu: String(elasticsearch.node.cpu), memory: `${elasticsearch.node.memoryGiB}Gi` };
  customObject(chart, 'logs', {
    apiVersion: 'elasticsearch.k8s.elastic.co/v1',
    kind: 'Elasticsearch',
    name: 'logs',
    namespace,
    annotations: inWave('data'),
    spec: {
      version: '9.2.0',
      nodeSets: [
        {
          name: 'all',
          count: elasticsearch.nodes,
          config: { 'node.store.allow_mmap': false },
          podTemplate: {
            spec: {
              ...onDataNodes(),
              containers: [
                { name: 'elasticsearch', resources: { requests: size, limits: { memory: size.memory } } },
              ],
            },
          },
          volumeClaimTemplates: [
            {
              metadata: { name: 'elasticsearch-data' },
              spec: volumeOf({ storageGiB: elasticsearch.storageGiB, storageClass: 'meridian-ssd' }),
            },
          ],
        },
      ],
    },
  });
  customObject(chart, 'kibana', {
    apiVersion: 'kibana.k8s.elastic.co/v1',
    kind: 'Kibana',
    name: 'logs',
    namespace,
    annotations: inWave('access'),
    spec: { version: '9.2.0', count: 1, elasticsearchRef: { name: 'logs' } },
  });
  customObject(chart, 'jaeger', {
    apiVersion: 'jaegertracing.io/v1',
    kind: 'Jaeger',
    name: 'traces',
    namespace,
    annotations: inWave('access'),
    spec: {
      strategy: 'production',
      storage: {
        type: 'elasticsearch',
        secretName: 'logs-es-elastic-user',
        options: { es: { 'server-urls': `https://logs-es-http.${namespace}.svc:9200` } },
        esIndexCleaner: { enabled: true, numberOfDays: observability.traceDays, schedule: '55 23 * * *' },
      },
    },
  });
  customObject(chart, 'collector', {
    apiVersion: 'opentelemetry.io/v1beta1',
    kind: 'OpenTelemetryCollector',
    name: observabilityNames.collector,
    namespace,
    annotations: inWave('access'),
    spec: {
      mode: 'deployment',
      replicas: 2,
      resources: { requests: { cpu: '250m', memory: '512Mi' }, limits: { memory: '512Mi' } },
      config: {
        receivers: { otlp: { protocols: { http: { endpoint: '0.0.0.0:4318' } } } },
        processors: { memory_limiter: { check_interval: '1s', limit_percentage: 80 }, batch: {} },
        exporters: {
          otlp: {
            endpoint: `traces-collector.${namespace}.svc:4317`,
            tls: { insecure: true },
          },
        },
        service: {
          pipelines: {
            traces: { receivers: ['otlp'], processors: ['memory_limiter', 'batch'], exporters: ['otlp'] },
          },
        },
      },
    },
  });
  customObject(chart, 'metrics', {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PodMonitor',
    name: 'programs',
    namespace,
    annotations: inWave('access'),
    spec: {
      namespaceSelector: { matchNames: [namespaces.programs] },
      selector: { matchExpressions: [{ key: 'meridian.example/service', operator: 'Exists' }] },
      podMetricsEndpoints: [{ port: 'metrics', interval: '15s' }],
    },
  });
}
