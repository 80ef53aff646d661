import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { leanersOf } from '../mesh-links.ts';
import { meshNames } from '../names.ts';
import { namespaces, type Place } from '../place.ts';
import { addPush } from './pushed-secret.ts';

const namespace = namespaces.edge;
const read = ['get', 'list', 'watch'];

/**
 * Exactly what istiod of 1.30 looks at in another cluster in ambient mode. The chart's own role also reads all Secrets, for
 * the certificates of gateways: one region's control plane would know every password of another.
 */
const rules: k8s.PolicyRule[] = [
  { apiGroups: [''], resources: ['namespaces', 'nodes', 'pods', 'services'], verbs: read },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: read },
  { apiGroups: ['gateway.networking.k8s.io'], resources: ['gateways'], verbs: read },
  // Whether there are gateways to look at.
  { apiGroups: ['apiextensions.k8s.io'], resources: ['customresourcedefinitions'], verbs: read },
];

/** An account for each region that leans on this one, whose token it finds in this one's store; to cut one, delete one. */
export function addReaders(chart: Chart, place: Place): void {
  const role = meshNames.readerRole;
  const metadata = { name: role, labels: { 'app.kubernetes.io/name': role } };
  const readers = leanersOf(place).map((leaner) => meshNames.reader(leaner.name));
  new k8s.KubeClusterRole(chart, role, { metadata, rules });
  new k8s.KubeClusterRoleBinding(chart, `${role}-binding`, {
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects: readers.map((name) => ({ kind: 'ServiceAccount', name, namespace })),
  });
  for (const name of readers) {
    const labels = { 'app.kubernetes.io/name': role };
    new k8s.KubeServiceAccount(chart, name, {
      metadata: { name, namespace, labels },
      automountServiceAccountToken: false,
    });
    // Filled by Kubernetes; it is good until this Secret is deleted.
    new k8s.KubeSecret(chart, `${name}-token`, {
      metadata: { name, namespace, labels, annotations: { 'kubernetes.io/service-account.name': name } },
      type: 'kubernetes.io/service-account-token',
    });
    addPush(chart, place, namespace, name, name, ['token', 'ca.crt']);
  }
}
