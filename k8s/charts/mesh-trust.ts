import type { Chart } from 'cdk8s';
import { isLinked } from '../mesh-links.ts';
import { meshNames, regionStore, secretPath } from '../names.ts';
import type { Place } from '../place.ts';
import { addRegionStore } from './region-store.ts';
import { addExternalSecret } from './stored-secret.ts';

/**
 * What istiod signs identities with, before it first starts: without it, it would make an authority that no other region
 * knows. Synced with istiod itself (operators.ts), and not with the region. The key is the region's own intermediate's; the
 * root is the environment's, in git, so that no region has one of its own.
 */
export function addMeshTrust(chart: Chart, place: Place): void {
  const { meshRoot } = place.environment;
  if (!isLinked(place) || meshRoot === null) return;
  const { namespace, authoritySecret, storedAuthority } = meshNames;
  addRegionStore(chart, place, namespace, 'foundation');
  addExternalSecret(chart, {
    name: authoritySecret,
    namespace,
    wave: 'operatorsReady',
    store: regionStore(place.region.name),
    from: { dataFrom: [{ extract: { key: secretPath(place, storedAuthority) } }] },
    template: {
      ...Object.fromEntries(stored.map((file) => [file, `{{ index . "${file}" }}`])),
      'root-cert.pem': meshRoot,
    },
  });
}

/** Istio fixes the names. The chain leads to the root. */
const stored = ['ca-cert.pem', 'ca-key.pem', 'cert-chain.pem'];
