import type { Chart } from 'cdk8s';
import { customObject, inWave } from '../custom-object.ts';
import { observabilityNames } from '../names.ts';
import { namespaces, poolLabel, type Place } from '../place.ts';
import { elasticSecret } from './elastic.ts';

/** With the exporter of Elastic and the reader of files, which the core distribution does not have. */
const image =
  'ghcr.io/open-telemetry/opentelemetry-collector-releases/opentelemetry-collector-contrib:0.158.0';
const limiter = { check_interval: '1s', limit_percentage: 80, spike_limit_percentage: 20 };
const certificates = '/etc/elastic-ca';

/** What the collectors show Prometheus: their own state, and what was pushed to them. */
export const collectorPorts = { own: 8888, pushed: 8889 } as const;

const ownMetrics = {
  level: 'normal',
  readers: [{ pull: { exporter: { prometheus: { host: '0.0.0.0', port: collectorPorts.own } } } }],
};

/** An agent on each node reads the logs of pods; the gateway takes those, traces and metrics, and hands them on. */
export function addCollectors(chart: Chart, place: Place): void {
  addGateway(chart, place);
  addAgents(chart);
}

function addGateway(chart: Chart, { environment, region }: Place): void {
  const processors = ['memory_limiter', 'resource', 'batch'];
  const secret = elasticSecret('collector');
  customObject(chart, 'collector', {
    apiVersion: 'opentelemetry.io/v1beta1',
    kind: 'OpenTelemetryCollector',
    name: observabilityNames.collector,
    namespace: namespaces.observability,
    annotations: inWave('access'),
    spec: {
      mode: 'deployment',
      image,
      replicas: 2,
      resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { memory: '1Gi' } },
      env: ['username', 'password'].map((key) => ({
        name: `ELASTIC_${key.toUpperCase()}`,
        valueFrom: { secretKeyRef: { name: secret, key } },
      })),
      volumes: [{ name: 'elastic-ca', secret: { secretName: observabilityNames.elasticCaSecret } }],
      volumeMounts: [{ name: 'elastic-ca', mountPath: certificates, readOnly: true }],
      config: {
        receivers: { otlp: { protocols: { http: { endpoint: '0.0.0.0:4318' } } } },
        processors: {
          memory_limiter: limiter,
          resource: {
            attributes: [
              { key: 'deployment.environment.name', value: environment.name, action: 'upsert' },
              { key: 'cloud.region', value: region.cloudRegion, action: 'upsert' },
            ],
          },
          batch: {},
        },
        exporters: {
          'otlp/jaeger': {
            endpoint: `${observabilityNames.traces}-collector.${namespaces.observability}.svc:4317`,
            tls: { insecure: true },
          },
          elasticsearch: {
            endpoints: [observabilityNames.elasticUrl],
            user: '${env:ELASTIC_USERNAME}',
            password: '${env:ELASTIC_PASSWORD}',
            tls: { ca_file: `${certificates}/ca.crt` },
          },
          prometheus: {
            endpoint: `0.0.0.0:${collectorPorts.pushed}`,
            resource_to_telemetry_conversion: { enabled: true },
          },
        },
        service: {
          telemetry: { metrics: ownMetrics },
          pipelines: {
            traces: { receivers: ['otlp'], processors, exporters: ['otlp/jaeger'] },
            logs: { receivers: ['otlp'], processors, exporters: ['elasticsearch'] },
            metrics: { receivers: ['otlp'], processors, exporters: ['prometheus'] },
          },
        },
      },
    },
  });
}

/** The programs write JSON lines; what others write stays a text. The kubelet's files name the pod. */
const readers = [
  { type: 'container' },
  {
    type: 'json_parser',
    if: 'body matches "^[{].*[}]$"',
    on_error: 'send_quiet',
    severity: { parse_from: 'attributes.level' },
    trace: {
      trace_id: { parse_from: 'attributes.trace_id' },
      span_id: { parse_from: 'attributes.span_id' },
    },
  },
  { type: 'move', if: 'attributes.msg != nil', from: 'attributes.msg', to: 'body' },
];

const node = (path: string, type: string): object => ({ hostPath: { path, type } });

function addAgents(chart: Chart): void {
  const logs = '/var/log/pods';
  const positions = '/var/lib/otelcol';
  customObject(chart, 'agents', {
    apiVersion: 'opentelemetry.io/v1beta1',
    kind: 'OpenTelemetryCollector',
    name: observabilityNames.agents,
    namespace: namespaces.nodes,
    annotations: inWave('access'),
    spec: {
      mode: 'daemonset',
      image,
      resources: { requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: '256Mi' } },
      tolerations: [{ key: poolLabel, operator: 'Exists' }],
      // The files are root's. It reads them, and writes down how far it came.
      securityContext: {
        runAsUser: 0,
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
        seccompProfile: { type: 'RuntimeDefault' },
      },
      volumes: [
        { name: 'logs', ...node(logs, 'Directory') },
        { name: 'positions', ...node(positions, 'DirectoryOrCreate') },
      ],
      volumeMounts: [
        { name: 'logs', mountPath: logs, readOnly: true },
        { name: 'positions', mountPath: positions },
      ],
      config: {
        extensions: { file_storage: { directory: positions } },
        receivers: {
          filelog: {
            include: Object.values(namespaces).map((namespace) => `${logs}/${namespace}_*/*/*.log`),
            // Its own lines would come back for ever.
            exclude: [`${logs}/${namespaces.nodes}_*/*/*.log`],
            start_at: 'end',
            include_file_path: true,
            storage: 'file_storage',
            operators: readers,
          },
        },
        processors: { memory_limiter: limiter, batch: {} },
        exporters: {
          otlphttp: { endpoint: observabilityNames.otlp, sending_queue: { storage: 'file_storage' } },
        },
        service: {
          extensions: ['file_storage'],
          telemetry: { metrics: ownMetrics },
          pipelines: {
            logs: {
              receivers: ['filelog'],
              processors: ['memory_limiter', 'batch'],
              exporters: ['otlphttp'],
            },
          },
        },
      },
    },
  });
}
