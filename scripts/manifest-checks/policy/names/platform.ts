import type { Named } from './names.ts';

const clusterWide = (kind: string, ...names: readonly string[]): Named[] =>
  names.map((name) => ({ kind, namespace: '', name }));

/** What a cluster has before anything of ours is in it (the hub: Argo CD). Whatever else is referred to must be defined by us. */
export const platformNames: readonly Named[] = [
  ...clusterWide('Namespace', 'default', 'kube-system', 'kube-public', 'kube-node-lease', 'argocd'),
  // The hub's Applications make it, with Istio's operators.
  ...clusterWide('Namespace', 'istio-system'),
  // istiod makes them when it starts.
  ...clusterWide(
    'gateway.networking.k8s.io/GatewayClass',
    'istio-east-west',
    'istio-remote',
    'istio-waypoint',
  ),
  ...clusterWide('scheduling.k8s.io/PriorityClass', 'system-cluster-critical', 'system-node-critical'),
  ...clusterWide('rbac.authorization.k8s.io/ClusterRole', 'view', 'edit', 'admin', 'cluster-admin'),
  { kind: 'Service', namespace: 'default', name: 'kubernetes', ports: [443, 'https'] },
  { kind: 'Service', namespace: 'kube-system', name: 'kube-dns', ports: [53, 'dns', 'dns-tcp'] },
];
