import type { Named } from './names.ts';

const clusterWide = (kind: string, ...names: readonly string[]): Named[] =>
  names.map((name) => ({ kind, namespace: '', name }));

/** What a cluster has before anything of ours is in it. Whatever else is referred to must be defined by us. */
export const platformNames: readonly Named[] = [
  // Argo CD's own is there before anything of ours, on the hub.
  ...clusterWide('Namespace', 'default', 'kube-system', 'kube-public', 'kube-node-lease', 'argocd'),
  ...clusterWide('scheduling.k8s.io/PriorityClass', 'system-cluster-critical', 'system-node-critical'),
  ...clusterWide('rbac.authorization.k8s.io/ClusterRole', 'view', 'edit', 'admin', 'cluster-admin'),
  { kind: 'Service', namespace: 'default', name: 'kubernetes', ports: [443, 'https'] },
  { kind: 'Service', namespace: 'kube-system', name: 'kube-dns', ports: [53, 'dns', 'dns-tcp'] },
];
