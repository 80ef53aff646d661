import type { Chart } from 'cdk8s';
import { customObject, inWave } from '../custom-object.ts';
import { userKeys } from '../kafka-access.ts';
import { sourcesOf } from '../kafka-topics.ts';
import { kafkaNames, secretPath, secretStore } from '../names.ts';
import { namespaces, type Place } from '../place.ts';
import { addNeighbourSecrets } from './neighbour-secret.ts';
import { addExternalSecret, secretProviderOf } from './stored-secret.ts';

const keys = Object.values(userKeys.strimzi);
const authority = 'kafka-authority';

/**
 * What regions show each other, and keep showing when a certificate is renewed: each puts the authority of its brokers and
 * the certificates of the mirrors that read here into its own store, and takes those made for it from the others' stores.
 */
export function addLinks(chart: Chart, place: Place): void {
  const { environment, region } = place;
  const others = sourcesOf(place);
  if (others.length === 0) return;
  const own = kafkaNames.mirrorUser(region.name);
  // Users are made in the namespace of the programs; the mirror is beside the brokers.
  addNeighbourSecrets(chart, {
    names: [own],
    keys,
    from: namespaces.programs,
    into: namespaces.data,
    reader: 'kafka-mirror-reader',
    wave: 'programs',
  });
  addPush(chart, place, namespaces.data, kafkaNames.clusterCaSecret, authority, ['ca.crt']);
  for (const other of others) {
    const reader = kafkaNames.mirrorUser(other.name);
    addPush(chart, place, namespaces.programs, reader, reader, keys);
    const there: Place = { environment, region: other };
    const store = `region-${other.name}`;
    customObject(chart, store, {
      apiVersion: 'external-secrets.io/v1',
      kind: 'SecretStore',
      name: store,
      namespace: namespaces.data,
      annotations: inWave('operatorsReady'),
      spec: { provider: secretProviderOf(there) },
    });
    const property = (key: string, name: string): object => ({
      secretKey: key,
      remoteRef: { key: secretPath(there, name), property: key },
    });
    addExternalSecret(chart, {
      name: kafkaNames.sourceSecret(other.name),
      namespace: namespaces.data,
      wave: 'traffic',
      store: { kind: 'SecretStore', name: store },
      from: { data: [property('ca.crt', authority), ...keys.map((key) => property(key, own))] },
    });
  }
}

function addPush(
  chart: Chart,
  place: Place,
  namespace: string,
  secret: string,
  storedAs: string,
  properties: readonly string[],
): void {
  customObject(chart, `push-${storedAs}`, {
    apiVersion: 'external-secrets.io/v1alpha1',
    kind: 'PushSecret',
    name: storedAs,
    namespace,
    annotations: inWave('programs'),
    spec: {
      refreshInterval: '1h',
      updatePolicy: 'Replace',
      deletionPolicy: 'Delete',
      secretStoreRefs: [secretStore],
      selector: { secret: { name: secret } },
      data: properties.map((key) => ({
        match: {
          secretKey: key,
          remoteRef: { remoteKey: secretPath(place, storedAs), property: key },
        },
      })),
    },
  });
}
