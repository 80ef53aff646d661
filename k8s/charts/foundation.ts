import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { inWave } from '../custom-object.ts';
import { onCallGroup } from '../names.ts';
import { meshNamespaces, namespaces, type Place } from '../place.ts';
import { requireRoom } from '../programs.ts';

/** Programs and Kong run restricted; the operators of data systems and of logs still ask for more, agents for their node. */
const podSecurity: Readonly<Record<keyof typeof namespaces, 'restricted' | 'baseline' | 'privileged'>> = {
  programs: 'restricted',
  data: 'baseline',
  edge: 'restricted',
  observability: 'baseline',
  nodes: 'privileged',
};

/** Namespaces with their Pod Security level, quotas, and what people on call may see. */
export function addFoundation(chart: Chart, place: Place): void {
  requireRoom(place);
  const { region } = place;
  const annotations = inWave('foundation');
  for (const [key, name] of Object.entries(namespaces) as [keyof typeof namespaces, string][]) {
    const labels = { 'app.kubernetes.io/name': name };
    const level = podSecurity[key];
    new k8s.KubeNamespace(chart, name, {
      metadata: {
        name,
        labels: {
          ...labels,
          'pod-security.kubernetes.io/enforce': level,
          'pod-security.kubernetes.io/enforce-version': 'latest',
          'pod-security.kubernetes.io/warn': 'restricted',
          'pod-security.kubernetes.io/audit': 'restricted',
          ...(meshNamespaces.includes(name) ? { 'istio.io/dataplane-mode': 'ambient' } : {}),
          // A load balancer takes two minutes to try a new pod: until then it is not ready, and no old one ends for it.
          ...(name === namespaces.edge ? { 'elbv2.k8s.aws/pod-readiness-gate-inject': 'enabled' } : {}),
        },
        // Whatever a sync thinks, a namespace with data in it is deleted by a person.
        annotations: { ...annotations, 'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false' },
      },
    });
    addReaders(chart, name, labels);
  }
  const name = 'programs';
  new k8s.KubeResourceQuota(chart, 'quota', {
    metadata: {
      name,
      namespace: namespaces.programs,
      labels: { 'app.kubernetes.io/name': name },
      annotations,
    },
    spec: {
      hard: {
        'requests.cpu': k8s.Quantity.fromString(String(region.programs.cpu)),
        'requests.memory': k8s.Quantity.fromString(`${region.programs.memoryGiB}Gi`),
        persistentvolumeclaims: k8s.Quantity.fromString('0'),
        'services.loadbalancers': k8s.Quantity.fromString('0'),
        'services.nodeports': k8s.Quantity.fromString('0'),
      },
    },
  });
}

/** People on call read what runs and its logs; they change things by pull request. */
function addReaders(chart: Chart, namespace: string, named: Record<string, string>): void {
  const name = 'on-call';
  const metadata = { name, namespace, labels: named, annotations: inWave('foundation') };
  const verbs = ['get', 'list', 'watch'];
  new k8s.KubeRole(chart, `${namespace}-role`, {
    metadata,
    rules: [
      { apiGroups: [''], resources: ['pods', 'pods/log', 'services', 'events', 'configmaps'], verbs },
      { apiGroups: ['apps'], resources: ['deployments', 'replicasets', 'statefulsets'], verbs },
      { apiGroups: ['batch'], resources: ['jobs', 'cronjobs'], verbs },
      { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'], verbs },
    ],
  });
  new k8s.KubeRoleBinding(chart, `${namespace}-binding`, {
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
    subjects: [{ kind: 'Group', name: onCallGroup, apiGroup: 'rbac.authorization.k8s.io' }],
  });
}
