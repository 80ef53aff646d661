import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { customObject, inWave, type syncWave } from '../custom-object.ts';
import { addExternalSecret } from './stored-secret.ts';

/** A Secret that an operator makes in one namespace of the cluster and that is needed in another, too. */
export type NeighbourSecret = {
  readonly name: string;
  readonly keys: readonly string[];
  readonly from: string;
  readonly into: string;
  /** Of the account that may read this Secret and nothing else. */
  readonly reader: string;
  /** After the Secret is there. */
  readonly wave: keyof typeof syncWave;
};

/** Keeps a copy of the Secret: External Secrets reads it as an account that may read no other. */
export function addNeighbourSecret(
  chart: Chart,
  { name, keys, from, into, reader, wave }: NeighbourSecret,
): void {
  const labels = { 'app.kubernetes.io/name': reader };
  const annotations = inWave('foundation');
  new k8s.KubeServiceAccount(chart, reader, {
    metadata: { name: reader, namespace: into, labels, annotations },
    automountServiceAccountToken: false,
  });
  const role = { name: reader, namespace: from, labels, annotations };
  new k8s.KubeRole(chart, `${reader}-role`, {
    metadata: role,
    rules: [{ apiGroups: [''], resources: ['secrets'], resourceNames: [name], verbs: ['get'] }],
  });
  new k8s.KubeRoleBinding(chart, `${reader}-binding`, {
    metadata: role,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: reader },
    subjects: [{ kind: 'ServiceAccount', name: reader, namespace: into }],
  });
  customObject(chart, `${from}-namespace`, {
    apiVersion: 'external-secrets.io/v1',
    kind: 'SecretStore',
    name: from,
    namespace: into,
    annotations: inWave('operatorsReady'),
    spec: {
      provider: {
        kubernetes: {
          remoteNamespace: from,
          server: { caProvider: { type: 'ConfigMap', name: 'kube-root-ca.crt', key: 'ca.crt' } },
          auth: { serviceAccount: { name: reader } },
        },
      },
    },
  });
  addExternalSecret(chart, {
    name,
    namespace: into,
    wave,
    store: { kind: 'SecretStore', name: from },
    from: { data: keys.map((key) => ({ secretKey: key, remoteRef: { key: name, property: key } })) },
  });
}
