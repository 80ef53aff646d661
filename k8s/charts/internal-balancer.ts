import type { Place } from '../place.ts';

/** A load balancer inside the private network, by the annotations of its Service; external-dns keeps its name. */
export function internalBalancer({ environment }: Place, host: string): Record<string, string> {
  return {
    'service.beta.kubernetes.io/aws-load-balancer-scheme': 'internal',
    'service.beta.kubernetes.io/aws-load-balancer-nlb-target-type': 'ip',
    // The policies go by the address of the client's pod, not by that of the load balancer.
    'service.beta.kubernetes.io/aws-load-balancer-target-group-attributes': 'preserve_client_ip.enabled=true',
    'external-dns.kubernetes.io/hostname': host,
    'external-dns.kubernetes.io/ttl': String(environment.dns.ttlSeconds),
  };
}

/** Of its Service: which controller makes it, without a port on every node, and for whom. */
export function balancerService(sourceRanges: readonly string[]) {
  return {
    type: 'LoadBalancer',
    loadBalancerClass: 'service.k8s.aws/nlb',
    allocateLoadBalancerNodePorts: false,
    loadBalancerSourceRanges: [...sourceRanges],
  };
}
