import type { Chart } from 'cdk8s';
import { customObject, inWave } from '../custom-object.ts';
import { secretPath, secretStore } from '../names.ts';
import { namespaces, type Place } from '../place.ts';

/** All properties of a stored secret, beside the data systems: operators want secrets whole. */
export function addStoredSecret(chart: Chart, place: Place, name: string): void {
  customObject(chart, `${name}-secret`, {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    name,
    namespace: namespaces.data,
    annotations: inWave('operatorsReady'),
    spec: {
      refreshInterval: '1h',
      secretStoreRef: secretStore,
      target: { name, creationPolicy: 'Owner' },
      dataFrom: [{ extract: { key: secretPath(place, name) } }],
    },
  });
}
