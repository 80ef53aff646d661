import type { Chart } from 'cdk8s';
import { stringify } from 'yaml';
import type { Region } from '../../environments/schema.ts';
import { meshNames, regionStore, secretPath } from '../names.ts';
import type { Place } from '../place.ts';
import { addRegionStore } from './region-store.ts';
import { addExternalSecret } from './stored-secret.ts';

/** How this region's istiod reads what runs in another cluster, by the token that is shown to it there. */
export function addRemoteCluster(
  chart: Chart,
  there: Place,
  reader: Pick<Region, 'name'>,
  { apiServer }: Pick<NonNullable<Region['eastWest']>, 'apiServer'>,
): void {
  const { cluster, name } = there.region;
  const { namespace } = meshNames;
  const key = secretPath(there, meshNames.reader(reader.name));
  addRegionStore(chart, there, namespace, 'none');
  addExternalSecret(chart, {
    name: meshNames.remoteSecret(name),
    namespace,
    wave: 'none',
    store: regionStore(name),
    from: {
      data: [
        { secretKey: 'token', remoteRef: { key, property: 'token' } },
        { secretKey: 'authority', remoteRef: { key, property: 'ca.crt' } },
      ],
    },
    // The key is the name by which Istio knows the cluster.
    template: { [cluster]: stringify(kubeconfigOf(cluster, apiServer)) },
    form: {
      labels: { 'istio/multiCluster': 'true' },
      annotations: { 'networking.istio.io/cluster': cluster },
    },
  });
}

/** Nothing but a token: Istio takes no kubeconfig that runs a program or reads a file. */
function kubeconfigOf(cluster: string, server: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: cluster, cluster: { server, 'certificate-authority-data': '{{ .authority | b64enc }}' } },
    ],
    users: [{ name: cluster, user: { token: '{{ .token }}' } }],
    contexts: [{ name: cluster, context: { cluster, user: cluster } }],
    'current-context': cluster,
  };
}
