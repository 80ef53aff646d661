import { flowsOf } from '../flows.ts';
import { sourcesOf } from '../kafka-topics.ts';
import { kafkaNames } from '../names.ts';
import { peersOf, type Peer } from '../network-peers.ts';
import { dataParties } from '../parties.ts';
import type { Place } from '../place.ts';

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
  const balancer = {
    'service.beta.kubernetes.io/aws-load-balancer-scheme': 'internal',
    'service.beta.kubernetes.io/aws-load-balancer-nlb-target-type': 'ip',
    // The policies go by the address of the mirror's pod, not by that of the load balancer.
    'service.beta.kubernetes.io/aws-load-balancer-target-group-attributes': 'preserve_client_ip.enabled=true',
  };
  const named = (name: string): Record<string, string> => ({
    ...balancer,
    'external-dns.kubernetes.io/hostname': name,
    'external-dns.kubernetes.io/ttl': String(environment.dns.ttlSeconds),
  });
  return {
    class: 'service.k8s.aws/nlb',
    allocateLoadBalancerNodePorts: false,
    loadBalancerSourceRanges: sourcesOf(place).map(({ network }) => network.range),
    bootstrap: { alternativeNames: [host], annotations: named(host) },
    advertisedHostTemplate: broker,
    perBrokerAnnotationsTemplate: named(broker),
  };
}
