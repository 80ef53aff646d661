import type { Chart } from 'cdk8s';
import { customObject, inWave, type Wave } from '../custom-object.ts';
import { postgresNames, regionStore, secretPath } from '../names.ts';
import { namespaces, type Place } from '../place.ts';
import { keeperOf } from '../system-addresses.ts';
import { addExternalSecret, secretProviderOf } from './stored-secret.ts';

/** The store of another region, for one namespace; just what that region puts there for this one may be read. */
export function addRegionStore(chart: Chart, there: Place, namespace: string, wave: Wave): void {
  const { name } = there.region;
  customObject(chart, `${namespace}-region-${name}`, {
    apiVersion: 'external-secrets.io/v1',
    kind: regionStore(name).kind,
    name: regionStore(name).name,
    namespace,
    annotations: inWave(wave),
    spec: { provider: secretProviderOf(there) },
  });
}

/** How programs know the database that another region keeps for them. */
export function addKeeper(chart: Chart, place: Place): void {
  const keeper = keeperOf(place);
  if (keeper === undefined) return;
  addRegionStore(chart, keeper, namespaces.programs, 'operatorsReady');
  addExternalSecret(chart, {
    name: postgresNames.authoritySecret,
    namespace: namespaces.programs,
    wave: 'access',
    store: regionStore(keeper.region.name),
    from: {
      data: [
        {
          secretKey: 'ca.crt',
          remoteRef: { key: secretPath(keeper, postgresNames.authoritySecret), property: 'ca.crt' },
        },
      ],
    },
  });
}
