import { flowsOf } from '../flows.ts';
import { sourcesOf } from '../kafka-topics.ts';
import { kafkaNames } from '../names.ts';
import { peersOf, type Peer } from '../network-peers.ts';
import { dataParties } from '../parties.ts';
import type { Place } from '../place.ts';
import { balancerService, internalBalancer } from './internal-balancer.ts';

/**
 * Both listeners want TLS and a client certificate. Our own policies say who comes in; were Strimzi to write one for each
 * (operator-values.ts tells it not to), it would open to all a listener without peers: they are those of our flows.
 */
export function listenersOf(place: Place): readonly Record<string, unknown>[] {
  const secured = { tls: true, authentication: { type: 'tls' } };
  return [
    {
      name: 'tls',
      port: kafkaNames.port,
      type: 'internal',
      ...secured,
      networkPolicyPeers: peersAt(place, kafkaNames.port),
    },
    ...(sourcesOf(place).length === 0
      ? []
      : [
          {
            name: 'remote',
            port: kafkaNames.remotePort,
            type: 'loadbalancer',
            ...secured,
            configuration: remoteConfiguration(place),
            networkPolicyPeers: peersAt(place, kafkaNames.remotePort),
          },
        ]),
  ];
}

function peersAt(place: Place, port: number): readonly Peer[] {
  const peers = flowsOf(place)
    .filter(({ to, ports }) => to === dataParties.kafka && ports !== 'all' && ports.includes(port))
    .flatMap(({ from }) => peersOf(from));
  // Strimzi reads an empty list as everybody.
  if (peers.length === 0) throw new RangeError(`k8s/flows.ts: nobody uses Kafka's port ${port}`);
  return peers;
}

/** A load balancer inside the network for each broker, by names that external-dns keeps (docs/adr/0012-links-between-regions.md). */
function remoteConfiguration(place: Place): Record<string, unknown> {
  const { environment, region } = place;
  const host = kafkaNames.remoteHost(region.name, environment.domain);
  const broker = `broker-{nodeId}.${host}`;
  const {
    type: _,
    loadBalancerClass,
    ...service
  } = balancerService(sourcesOf(place).map(({ network }) => network.range));
  return {
    class: loadBalancerClass,
    ...service,
    bootstrap: { alternativeNames: [host], annotations: internalBalancer(place, host) },
    advertisedHostTemplate: broker,
    perBrokerAnnotationsTemplate: internalBalancer(place, broker),
  };
}
