import type { Chart } from 'cdk8s';
import { customObject, inWave } from '../custom-object.ts';
import { observabilityNames } from '../names.ts';
import { namespaces, type Place } from '../place.ts';
import { elasticSecret } from './elastic.ts';

const certificates = '/etc/elastic-ca';
const resources = { requests: { cpu: '250m', memory: '512Mi' }, limits: { memory: '512Mi' } };

/** Jaeger keeps traces in the Elasticsearch of the logs, as a user of its own that it knows by its authority. */
export function addJaeger(chart: Chart, { environment }: Place): void {
  customObject(chart, 'jaeger', {
    apiVersion: 'jaegertracing.io/v1',
    kind: 'Jaeger',
    name: observabilityNames.traces,
    namespace: namespaces.observability,
    annotations: inWave('access'),
    spec: {
      strategy: 'production',
      collector: { maxReplicas: 4, resources },
      query: { replicas: 1, resources },
      storage: {
        type: 'elasticsearch',
        // The operator makes it the environment of each part: ES_USERNAME and ES_PASSWORD.
        secretName: elasticSecret('jaeger'),
        options: {
          es: {
            'server-urls': observabilityNames.elasticUrl,
            tls: { enabled: true, ca: `${certificates}/ca.crt` },
          },
        },
        esIndexCleaner: {
          enabled: true,
          numberOfDays: environment.observability.traceDays,
          schedule: '55 23 * * *',
        },
      },
      volumes: [{ name: 'elastic-ca', secret: { secretName: observabilityNames.elasticCaSecret } }],
      volumeMounts: [{ name: 'elastic-ca', mountPath: certificates, readOnly: true }],
    },
  });
}
