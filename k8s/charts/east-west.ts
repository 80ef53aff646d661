import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { stringify } from 'yaml';
import type { Region } from '../../environments/schema.ts';
import { customObject } from '../custom-object.ts';
import { leanersOf, leansOn } from '../mesh-links.ts';
import { meshNames } from '../names.ts';
import { meshPort, namespaces, poolLabel, type Place } from '../place.ts';
import { balancerService, internalBalancer } from './internal-balancer.ts';
import { addReaders } from './mesh-readers.ts';
import { addRemoteCluster } from './mesh-remotes.ts';

const namespace = namespaces.edge;

/**
 * What joins the mesh of this region with those that it leans on, and with those that lean on it: a gateway for these, and
 * of the others where their gateways are, and what runs there.
 */
export function addEastWest(chart: Chart, place: Place): void {
  if (leanersOf(place).length > 0 && place.region.eastWest !== null) {
    addGateway(chart, place, place.region.eastWest);
    addReaders(chart, place);
  }
  for (const there of leansOn(place)) {
    if (there.eastWest === null) continue;
    addRemoteGateway(chart, there, there.eastWest);
    addRemoteCluster(chart, { environment: place.environment, region: there }, place.region, there.eastWest);
  }
}

type EastWest = NonNullable<Region['eastWest']>;

/** One end of the outer tunnel; the inner one, with the identity of who asks, goes on to the node of who answers. */
function addGateway(chart: Chart, place: Place, eastWest: EastWest): void {
  const { gateway, options } = meshNames;
  new k8s.KubeConfigMap(chart, 'east-west-options', {
    metadata: { name: options, namespace, labels: { 'app.kubernetes.io/name': gateway } },
    // What istiod makes of the gateway, where it is not as it would make it.
    data: {
      deployment: stringify(deploymentOf(eastWest)),
      service: stringify(serviceOf(place, eastWest)),
      podDisruptionBudget: stringify({ spec: { maxUnavailable: 1 } }),
    },
  });
  customObject(chart, 'east-west', {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    name: gateway,
    namespace,
    // Without the label of its network: others would find the name of the load balancer by it, and not its addresses.
    spec: {
      gatewayClassName: 'istio-east-west',
      infrastructure: { parametersRef: { group: '', kind: 'ConfigMap', name: options } },
      listeners: [
        {
          name: 'mesh',
          port: meshPort,
          protocol: 'HBONE',
          tls: { mode: 'Terminate', options: { 'gateway.istio.io/tls-terminate-mode': 'ISTIO_MUTUAL' } },
        },
      ],
    },
  });
}

function deploymentOf({ replicas, node }: EastWest): object {
  const memory = `${node.memoryGiB * 1024}Mi`;
  return {
    spec: {
      replicas,
      template: {
        spec: {
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
          nodeSelector: { [poolLabel]: 'programs' },
          tolerations: [{ key: poolLabel, operator: 'Equal', value: 'programs' }],
          topologySpreadConstraints: [
            {
              topologyKey: 'topology.kubernetes.io/zone',
              maxSkew: 1,
              whenUnsatisfiable: 'ScheduleAnyway',
              labelSelector: {
                matchLabels: { 'gateway.networking.k8s.io/gateway-name': meshNames.gateway },
              },
            },
          ],
          containers: [
            {
              name: 'istio-proxy',
              resources: {
                requests: { cpu: `${node.cpu * 1000}m`, memory },
                limits: { memory },
              },
            },
          ],
        },
      },
    },
  };
}

function serviceOf(place: Place, { addresses }: EastWest): object {
  const balancer = 'service.beta.kubernetes.io/aws-load-balancer';
  return {
    metadata: {
      annotations: {
        ...internalBalancer(place, meshNames.host(place.region.name, place.environment.domain)),
        [`${balancer}-private-ipv4-addresses`]: addresses.join(', '),
        // Others use one of the addresses: from there the pods of each zone are reached.
        [`${balancer}-attributes`]: 'load_balancing.cross_zone.enabled=true',
        [`${balancer}-healthcheck-protocol`]: 'http',
        [`${balancer}-healthcheck-port`]: String(meshNames.healthPort),
        [`${balancer}-healthcheck-path`]: '/healthz/ready',
      },
    },
    spec: balancerService(leanersOf(place).map(({ network }) => network.range)),
  };
}

/**
 * The way into another region. By an address: the proxies of nodes know no names outside the mesh. Of several addresses
 * Istio 1.30 takes whichever comes first, so that there is one.
 */
function addRemoteGateway(chart: Chart, there: Region, { addresses }: EastWest): void {
  const name = meshNames.remoteGateway(there.name);
  customObject(chart, name, {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    name,
    // With the account below it is the identity that must answer.
    namespace,
    labels: { 'topology.istio.io/network': there.cluster },
    annotations: { 'gateway.istio.io/service-account': meshNames.gateway },
    spec: {
      gatewayClassName: 'istio-remote',
      addresses: [{ type: 'IPAddress', value: addresses[0] }],
      listeners: [{ name: 'mesh', port: meshPort, protocol: 'HBONE', tls: { mode: 'Passthrough' } }],
    },
  });
}
