import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { customObject, inWave } from '../custom-object.ts';
import { kafkaNames, secretStore } from '../names.ts';
import { namespaces, type Place } from '../place.ts';
import { addStoredSecret } from './stored-secret.ts';

const reader = 'kafka-ca-reader';

/**
 * Secrets that are not a program's own: the authority of the brokers, which Strimzi makes beside them and programs need
 * in their namespace, and what mirrors between regions show each other.
 */
export function addSecrets(chart: Chart, place: Place): void {
  addStore(chart, place);
  if (place.region.kafka.kind !== 'strimzi') return;
  addClusterCa(chart);
  if (place.environment.regions.length > 1) {
    addStoredSecret(chart, place, kafkaNames.mirrorSecret);
    addStoredSecret(chart, place, kafkaNames.mirrorCaSecret);
  }
}

/** Read by the identity of the operator itself: no key of the store is in the cluster. */
function addStore(chart: Chart, { environment, region }: Place): void {
  const provider =
    environment.secrets.provider === 'vault'
      ? {
          vault: {
            server: `https://vault.${region.name}.internal.${environment.domain}:8200`,
            path: 'secret',
            version: 'v2',
            auth: { kubernetes: { mountPath: 'kubernetes', role: 'external-secrets' } },
          },
        }
      : { aws: { service: 'SecretsManager', region: region.cloudRegion } };
  customObject(chart, 'store', {
    apiVersion: 'external-secrets.io/v1',
    kind: secretStore.kind,
    name: secretStore.name,
    annotations: inWave('foundation'),
    spec: { provider },
  });
}

function addClusterCa(chart: Chart): void {
  const name = kafkaNames.clusterCaSecret;
  const labels = { 'app.kubernetes.io/name': reader };
  const annotations = inWave('foundation');
  new k8s.KubeServiceAccount(chart, reader, {
    metadata: { name: reader, namespace: namespaces.programs, labels, annotations },
    automountServiceAccountToken: false,
  });
  const role = { name: reader, namespace: namespaces.data, labels, annotations };
  new k8s.KubeRole(chart, `${reader}-role`, {
    metadata: role,
    rules: [{ apiGroups: [''], resources: ['secrets'], resourceNames: [name], verbs: ['get'] }],
  });
  new k8s.KubeRoleBinding(chart, `${reader}-binding`, {
    metadata: role,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: reader },
    subjects: [{ kind: 'ServiceAccount', name: reader, namespace: namespaces.programs }],
  });
  customObject(chart, 'data-namespace', {
    apiVersion: 'external-secrets.io/v1',
    kind: 'SecretStore',
    name: namespaces.data,
    namespace: namespaces.programs,
    annotations: inWave('operatorsReady'),
    spec: {
      provider: {
        kubernetes: {
          remoteNamespace: namespaces.data,
          server: { caProvider: { type: 'ConfigMap', name: 'kube-root-ca.crt', key: 'ca.crt' } },
          auth: { serviceAccount: { name: reader } },
        },
      },
    },
  });
  customObject(chart, name, {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    name,
    namespace: namespaces.programs,
    annotations: inWave('access'),
    spec: {
      refreshInterval: '1h',
      secretStoreRef: { kind: 'SecretStore', name: namespaces.data },
      target: { name, creationPolicy: 'Owner' },
      data: [{ secretKey: 'ca.crt', remoteRef: { key: name, property: 'ca.crt' } }],
    },
  });
}
