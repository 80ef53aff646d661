import type { Chart } from 'cdk8s';
import { userKeys } from '../kafka-access.ts';
import { sourcesOf } from '../kafka-topics.ts';
import { kafkaNames, postgresNames, regionStore, secretPath } from '../names.ts';
import { namespaces, type Place } from '../place.ts';
import { guestsOf } from '../system-addresses.ts';
import { addPeering } from './cloud-peering.ts';
import { addEastWest } from './east-west.ts';
import { addMirror } from './kafka-mirror.ts';
import { addNeighbourSecrets } from './neighbour-secret.ts';
import { addPush } from './pushed-secret.ts';
import { addRegionStore } from './region-store.ts';
import { addExternalSecret } from './stored-secret.ts';

const keys = Object.values(userKeys.strimzi);
const authority = kafkaNames.authoritySecret;

/**
 * What a region has of others and shows to them, in an Application of its own (docs/adr/0018): it comes when they come, and
 * nothing of the region itself waits for it. So no object is in a wave: with one, a sync would wait.
 */
export function addLinks(chart: Chart, place: Place): void {
  addPeering(chart, place);
  if (place.region.kafka.kind === 'strimzi') addMirrorKeys(chart, place);
  addMirror(chart, place);
  addEastWest(chart, place);
  if (guestsOf(place).length > 0) {
    addPush(chart, place, namespaces.data, postgresNames.tlsSecret, postgresNames.authoritySecret, [
      'ca.crt',
    ]);
  }
}

/**
 * What regions show each other, and keep showing when a certificate is renewed: each puts the authority of its brokers and
 * the certificates of the mirrors that read here into its own store, and takes those made for it from the others' stores.
 */
function addMirrorKeys(chart: Chart, place: Place): void {
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
    wave: 'none',
  });
  addPush(chart, place, namespaces.data, kafkaNames.clusterCaSecret, authority, ['ca.crt']);
  for (const other of others) {
    const reader = kafkaNames.mirrorUser(other.name);
    addPush(chart, place, namespaces.programs, reader, reader, keys);
    const there: Place = { environment, region: other };
    addRegionStore(chart, there, namespaces.data, 'none');
    const property = (key: string, name: string): object => ({
      secretKey: key,
      remoteRef: { key: secretPath(there, name), property: key },
    });
    addExternalSecret(chart, {
      name: kafkaNames.sourceSecret(other.name),
      namespace: namespaces.data,
      wave: 'none',
      store: regionStore(other.name),
      from: { data: [property('ca.crt', authority), ...keys.map((key) => property(key, own))] },
    });
  }
}
