import type { Chart } from 'cdk8s';
import { customObject, inWave } from '../custom-object.ts';
import { kafkaNames, secretStore } from '../names.ts';
import { namespaces, type Place } from '../place.ts';
import { addNeighbourSecret } from './neighbour-secret.ts';
import { secretProviderOf } from './stored-secret.ts';

/**
 * The store of secrets, and the secret that is not a program's own: the authority of the brokers, which Strimzi makes beside
 * them and programs need in their namespace.
 */
export function addSecrets(chart: Chart, place: Place): void {
  customObject(chart, 'store', {
    apiVersion: 'external-secrets.io/v1',
    kind: secretStore.kind,
    name: secretStore.name,
    annotations: inWave('foundation'),
    spec: { provider: secretProviderOf(place) },
  });
  if (place.region.kafka.kind !== 'strimzi') return;
  addNeighbourSecret(chart, {
    name: kafkaNames.clusterCaSecret,
    keys: ['ca.crt'],
    from: namespaces.data,
    into: namespaces.programs,
    reader: 'kafka-ca-reader',
    wave: 'access',
  });
}
