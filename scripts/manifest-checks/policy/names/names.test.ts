import { expect, test } from 'vitest';
import type { KubernetesObject } from '../../manifest.ts';
import { containerOf, findingsAfter, objectOf, podSpecOf, the } from '../../testing/region.ts';
import { checkNames } from './index.ts';

type Change = (objects: KubernetesObject[]) => unknown;
const adding =
  (apiVersion: string, kind: string, rest: object): Change =>
  (objects) =>
    objects.push(objectOf(apiVersion, kind, 'planted', rest));

const pod = 'Deployment meridian/order-service spec.template.spec';
const planted: readonly (readonly [string, Change, string])[] = [
  [
    'a ServiceAccount',
    (objects) => (podSpecOf(objects)['serviceAccountName'] = 'nobody'),
    `${pod}.serviceAccountName: there is no ServiceAccount meridian/nobody`,
  ],
  [
    'a PriorityClass',
    (objects) => (podSpecOf(objects)['priorityClassName'] = 'first'),
    `${pod}.priorityClassName: there is no PriorityClass first`,
  ],
  [
    'a ConfigMap of envFrom',
    (objects) => (containerOf(objects)['envFrom'][0].configMapRef.name = 'proces'),
    `${pod}.containers[0].envFrom[0].configMapRef: there is no ConfigMap meridian/proces`,
  ],
  [
    'a Secret of envFrom',
    (objects) => (containerOf(objects)['envFrom'][1].secretRef.name = 'system-postgre'),
    `${pod}.containers[0].envFrom[1].secretRef: there is no Secret meridian/system-postgre`,
  ],
  [
    'a key of a Secret that an ExternalSecret makes',
    (objects) =>
      (containerOf(objects)['env'] = [
        { name: 'A', valueFrom: { secretKeyRef: { name: 'system-postgres', key: 'POSTGRES' } } },
      ]),
    `${pod}.containers[0].env[0].valueFrom.secretKeyRef: Secret meridian/system-postgres has no key POSTGRES`,
  ],
  [
    'a volume of a Secret',
    (objects) => (podSpecOf(objects)['volumes'] = [{ name: 'a', secret: { secretName: 'tls' } }]),
    `${pod}.volumes[0].secret.secretName: there is no Secret meridian/tls`,
  ],
  [
    'a volume of a ConfigMap',
    (objects) => (podSpecOf(objects)['volumes'] = [{ name: 'a', configMap: { name: 'files' } }]),
    `${pod}.volumes[0].configMap: there is no ConfigMap meridian/files`,
  ],
  [
    'a PersistentVolumeClaim',
    (objects) =>
      (podSpecOf(objects)['volumes'] = [{ name: 'a', persistentVolumeClaim: { claimName: 'disk' } }]),
    `${pod}.volumes[0].persistentVolumeClaim.claimName: there is no PersistentVolumeClaim meridian/disk`,
  ],
  [
    'a port of a probe',
    (objects) => (containerOf(objects)['livenessProbe'] = { httpGet: { port: 'admin' } }),
    `${pod}.containers[0].livenessProbe.httpGet.port: the container has no port admin`,
  ],
  [
    'a port of the pods behind a Service',
    (objects) => (the(objects, 'Service')['spec'].ports[0].targetPort = 'web'),
    'Service meridian/order-service spec.ports[0].targetPort: the pods have no port web',
  ],
  [
    'a host in a variable',
    (objects) => (containerOf(objects)['env'] = [{ name: 'A', value: 'events.meridian-data.svc:9093' }]),
    `${pod}.containers[0].env[0].value: there is no Service meridian-data/events`,
  ],
  [
    'a port of a host in a ConfigMap',
    (objects) =>
      (the(objects, 'ConfigMap')['data'].URL = 'http://order-service.meridian.svc.cluster.local:81/x'),
    'ConfigMap meridian/process data.URL: Service meridian/order-service has no port 81',
  ],
  [
    'the store of an ExternalSecret',
    (objects) => (the(objects, 'ExternalSecret')['spec'].secretStoreRef.name = 'vault'),
    'ExternalSecret meridian/system-postgres spec.secretStoreRef: there is no ClusterSecretStore vault',
  ],
  [
    'the target of a scaler',
    (objects) => (the(objects, 'HorizontalPodAutoscaler')['spec'].scaleTargetRef.name = 'orders'),
    'HorizontalPodAutoscaler meridian/order-service spec.scaleTargetRef: there is no Deployment meridian/orders',
  ],
  [
    'the authentication of a trigger',
    adding('keda.sh/v1alpha1', 'ScaledObject', {
      spec: {
        scaleTargetRef: { name: 'order-service' },
        triggers: [{ type: 'kafka', metadata: {}, authenticationRef: { name: 'lag' } }],
      },
    }),
    'ScaledObject meridian/planted spec.triggers[0].authenticationRef: there is no TriggerAuthentication meridian/lag',
  ],
  [
    'the Secret of a TriggerAuthentication',
    adding('keda.sh/v1alpha1', 'TriggerAuthentication', {
      spec: { secretTargetRef: [{ parameter: 'ca', name: 'ca', key: 'ca.crt' }] },
    }),
    'TriggerAuthentication meridian/planted spec.secretTargetRef[0]: there is no Secret meridian/ca',
  ],
  [
    'the gateway and the backend of a route',
    adding('gateway.networking.k8s.io/v1', 'HTTPRoute', {
      spec: {
        parentRefs: [{ name: 'edge', namespace: 'meridian' }],
        rules: [{ backendRefs: [{ name: 'order-service', port: 8080 }] }],
      },
    }),
    'HTTPRoute meridian/planted spec.parentRefs[0]: there is no Gateway meridian/edge',
  ],
  [
    'a plugin of Kong',
    (objects) => (the(objects, 'Service')['metadata'].annotations = { 'konghq.com/plugins': 'jwt' }),
    'Service meridian/order-service metadata.annotations["konghq.com/plugins"]: there is no KongPlugin meridian/jwt',
  ],
  [
    'the class of a Gateway',
    adding('gateway.networking.k8s.io/v1', 'Gateway', { spec: { gatewayClassName: 'kong', listeners: [] } }),
    'Gateway meridian/planted spec.gatewayClassName: there is no GatewayClass kong',
  ],
  [
    'the issuer of a Certificate',
    adding('cert-manager.io/v1', 'Certificate', {
      spec: { secretName: 'tls', issuerRef: { kind: 'ClusterIssuer', name: 'letsencrypt' } },
    }),
    'Certificate meridian/planted spec.issuerRef: there is no ClusterIssuer letsencrypt',
  ],
  [
    'a StorageClass',
    adding('v1', 'PersistentVolumeClaim', { spec: { storageClassName: 'fast' } }),
    'PersistentVolumeClaim meridian/planted spec.storageClassName: there is no StorageClass fast',
  ],
  [
    'a role and the account that it is given to',
    adding('rbac.authorization.k8s.io/v1', 'RoleBinding', {
      roleRef: { kind: 'Role', name: 'reader' },
      subjects: [{ kind: 'ServiceAccount', name: 'order-service', namespace: 'meridian' }],
    }),
    'RoleBinding meridian/planted roleRef: there is no Role meridian/reader',
  ],
  [
    'the namespace that an object lives in',
    adding('v1', 'Service', { namespace: 'meridian-date', spec: {} }),
    'Service meridian-date/planted metadata.namespace: there is no Namespace meridian-date',
  ],
  [
    'the Service of a ServiceExport',
    adding('multicluster.x-k8s.io/v1beta1', 'ServiceExport', { spec: {} }),
    'ServiceExport meridian/planted metadata.name: there is no Service meridian/planted',
  ],
  [
    'the label by which pods choose nodes',
    (objects) => (podSpecOf(objects)['nodeSelector'] = { 'meridian.example/pool': 'gpu' }),
    `${pod}.nodeSelector: no NodePool gives its nodes meridian.example/pool=gpu`,
  ],
];

test.each(planted)('a name that does not exist is named: %s', (_, change, expected) => {
  expect(findingsAfter(checkNames, change)[0]).toBe(`missing-name ${expected}`);
});

test('a reference that is optional, or to what the platform brings, is fine', () => {
  const found = findingsAfter(checkNames, (objects) => {
    containerOf(objects)['envFrom'].push({ secretRef: { name: 'perhaps', optional: true } });
    podSpecOf(objects)['priorityClassName'] = 'system-cluster-critical';
    podSpecOf(objects)['serviceAccountName'] = 'default';
  });
  expect(found).toEqual([]);
});
