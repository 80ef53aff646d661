import type { Chart } from 'cdk8s';
import { customObject, inWave } from '../custom-object.ts';
import { kafkaNames, redisNames, secretStore } from '../names.ts';
import { namespaces, type Place } from '../place.ts';
import { addNeighbourSecrets } from './neighbour-secret.ts';
import { addKeeper } from './region-store.ts';
import { secretProviderOf } from './stored-secret.ts';

/**
 * The store of secrets, and those that are no program's own: the authorities of brokers and of Redis, which are made beside
 * them and which programs need in their namespace.
 */
export function addSecrets(chart: Chart, place: Place): void {
  customObject(chart, 'store', {
    apiVersion: 'external-secrets.io/v1',
    kind: secretStore.kind,
    name: secretStore.name,
    annotations: inWave('foundation'),
    spec: { provider: secretProviderOf(place) },
  });
  const isStrimzi = place.region.kafka.kind === 'strimzi';
  addNeighbourSecrets(chart, {
    names: [...(isStrimzi ? [kafkaNames.clusterCaSecret] : []), redisNames.clientSecret],
    keys: ['ca.crt'],
    from: namespaces.data,
    into: namespaces.programs,
    reader: 'authority-reader',
    wave: 'access',
  });
  addKeeper(chart, place);
}
