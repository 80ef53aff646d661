import type { Chart } from 'cdk8s';
import { customObject } from '../custom-object.ts';
import { secretPath, secretStore } from '../names.ts';
import type { Place } from '../place.ts';

/** Puts properties of a Secret into the region's own store, for others to read, and keeps them like it. */
export function addPush(
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
