import type { Chart } from 'cdk8s';
import { storageClass } from '../../environments/parts.ts';
import { customObject, inWave, keepOnPrune } from '../custom-object.ts';
import { observabilityNames, secretPath } from '../names.ts';
import { namespaces, type Place } from '../place.ts';
import { onDataNodes, volumeOf } from './data-parts.ts';
import { addExternalSecret } from './stored-secret.ts';

const namespace = namespaces.observability;
const version = '9.2.0';
const name = observabilityNames.elasticsearch;

/** Who writes into Elasticsearch: a user with its own password and the one role that it needs. */
const writers = {
  jaeger: {
    cluster: ['monitor', 'manage_index_templates'],
    indices: [{ names: ['jaeger-*'], privileges: ['all'] }],
  },
  collector: {
    cluster: ['monitor'],
    indices: [{ names: ['logs-*'], privileges: ['auto_configure', 'create_doc'] }],
  },
} as const;

/** The Secret of a writer: `username` and `password`, also under the names by which Jaeger reads them. */
export function elasticSecret(writer: keyof typeof writers): string {
  return `elastic-${writer}`;
}

/** Elasticsearch and Kibana, with a user for each that writes. */
export function addElastic(chart: Chart, place: Place): void {
  const { elasticsearch, logDays } = place.environment.observability;
  const size = { cpu: String(elasticsearch.node.cpu), memory: `${elasticsearch.node.memoryGiB}Gi` };
  const users = (Object.keys(writers) as (keyof typeof writers)[]).map((writer) => {
    addWriter(chart, place, writer);
    return { secretName: elasticSecret(writer) };
  });
  customObject(chart, 'logs', {
    apiVersion: 'elasticsearch.k8s.elastic.co/v1',
    kind: 'Elasticsearch',
    name,
    namespace,
    annotations: { ...inWave('data'), ...keepOnPrune },
    spec: {
      version,
      auth: { fileRealm: users, roles: users },
      nodeSets: [
        {
          name: 'all',
          count: elasticsearch.nodes,
          config: { 'node.store.allow_mmap': false },
          podTemplate: {
            spec: {
              ...onDataNodes(),
              containers: [
                {
                  name: 'elasticsearch',
                  resources: { requests: size, limits: { memory: size.memory } },
                  env: [
                    {
                      name: 'ELASTIC_PASSWORD',
                      valueFrom: { secretKeyRef: { name: `${name}-es-elastic-user`, key: 'elastic' } },
                    },
                  ],
                  lifecycle: { postStart: { exec: { command: ['bash', '-c', keepLogsFor(logDays)] } } },
                },
              ],
            },
          },
          volumeClaimTemplates: [
            {
              metadata: { name: 'elasticsearch-data' },
              spec: volumeOf({ storageGiB: elasticsearch.storageGiB, storageClass }),
            },
          ],
        },
      ],
    },
  });
  customObject(chart, 'kibana', {
    apiVersion: 'kibana.k8s.elastic.co/v1',
    kind: 'Kibana',
    name,
    namespace,
    annotations: inWave('access'),
    spec: { version, count: 1, elasticsearchRef: { name } },
  });
}

/**
 * Each node sets the life of logs once the cluster answers; it waits in the background, or the node would never start.
 * Elastic's templates of log streams take in `logs@custom` where it exists.
 */
function keepLogsFor(days: number): string {
  const policy = {
    policy: {
      phases: {
        hot: { actions: { rollover: { max_age: '1d', max_primary_shard_size: '50gb' } } },
        delete: { min_age: `${days}d`, actions: { delete: {} } },
      },
    },
  };
  const template = { template: { settings: { 'index.lifecycle.name': 'meridian-logs' } } };
  const both = `${put('_ilm/policy/meridian-logs', policy)} && ${put('_component_template/logs@custom', template)}`;
  return `(until ${both}; do sleep 10; done) >/dev/null 2>&1 &`;
}

function put(path: string, body: object): string {
  return (
    `curl --fail --silent --cacert /usr/share/elasticsearch/config/http-certs/ca.crt -u "elastic:$ELASTIC_PASSWORD" ` +
    `-H 'content-type: application/json' -X PUT '${observabilityNames.elasticUrl}/${path}' -d '${JSON.stringify(body)}'`
  );
}

function addWriter(chart: Chart, place: Place, writer: keyof typeof writers): void {
  const secret = elasticSecret(writer);
  addExternalSecret(chart, {
    name: secret,
    namespace,
    wave: 'operatorsReady',
    from: {
      data: [
        {
          secretKey: 'password',
          remoteRef: { key: secretPath(place, secret), property: 'password' },
        },
      ],
    },
    template: {
      username: writer,
      password: '{{ .password }}',
      roles: secret,
      'roles.yml': JSON.stringify({ [secret]: writers[writer] }),
      ES_USERNAME: writer,
      ES_PASSWORD: '{{ .password }}',
    },
    form: { type: 'kubernetes.io/basic-auth' },
  });
}
