import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { customObject, inWave, type Wave } from '../custom-object.ts';
import { addExternalSecret } from './stored-secret.ts';

/** Secrets that operators make in one namespace of the cluster and that are needed in another, too. */
export type NeighbourSecrets = {
  readonly names: readonly string[];
  /** Of each of them. */
  readonly keys: readonly string[];
  readonly from: string;
  readonly into: string;
  /** Of the account that may read these Secrets and nothing else. */
  readonly reader: string;
  /** After the Secrets are there. */
  readonly wave: Wave;
};

/** Keeps copies of the Secrets: External Secrets reads them as an account that may read no other. */
export function addNeighbourSecrets(
  chart: Chart,
  { names, keys, from, into, reader, wave }: NeighbourSecrets,
): void {
  const labels = { 'app.kubernetes.io/name': reader };
  const annotations = inWave(wave === 'none' ? wave : 'foundation');
  new k8s.KubeServiceAccount(chart, reader, {
    metadata: { name: reader, namespace: into, labels, annotations },
    automountServiceAccountToken: false,
  });
  const role = { name: reader, namespace: from, labels, annotations };
  new k8s.KubeRole(chart, `${reader}-role`, {
    metadata: role,
    rules: [{ apiGroups: [''], resources: ['secrets'], resourceNames: [...names], verbs: ['get'] }],
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
    annotations: inWave(wave === 'none' ? wave : 'operatorsReady'),
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
  for (const name of names) {
    addExternalSecret(chart, {
      name,
      namespace: into,
      wave,
      store: { kind: 'SecretStore', name: from },
      from: { data: keys.map((key) => ({ secretKey: key, remoteRef: { key: name, property: key } })) },
    });
  }
}
