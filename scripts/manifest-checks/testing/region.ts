import type { JsonObject } from '../../rendered/fields.ts';
import type { Finding, KubernetesObject } from '../manifest.ts';
import type { Policy } from '../policy/index.ts';
import { createScope } from '../scope.ts';

type Json = { [field: string]: any }; // tests change what they like

const ownLabels = (name: string): Json => ({
  'app.kubernetes.io/name': name,
  'app.kubernetes.io/part-of': 'meridian',
  'app.kubernetes.io/managed-by': 'argocd',
  'meridian.example/environment': 'production',
  'meridian.example/region': 'us-east',
});

/** An object with the labels of ours, in the namespace of the programs unless `place` says otherwise. */
export function objectOf(apiVersion: string, kind: string, name: string, rest: Json = {}): KubernetesObject {
  const { namespace = 'meridian', labels = {}, annotations, ...fields } = rest;
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === null ? {} : { namespace }),
      labels: { ...ownLabels(name), ...labels },
      ...(annotations === undefined ? {} : { annotations }),
    },
    ...fields,
  };
}

const programLabels = {
  'app.kubernetes.io/name': 'order-service',
  'app.kubernetes.io/component': 'gateway',
  'meridian.example/service': 'order',
};

/** A small region in which nothing is wrong: one gateway with all that belongs to it. */
export function healthyRegion(): KubernetesObject[] {
  const probe = { httpGet: { path: '/livez', port: 'metrics' } };
  const selector = { matchLabels: { 'app.kubernetes.io/name': 'order-service' } };
  return [
    objectOf('v1', 'Namespace', 'meridian', {
      namespace: null,
      labels: { 'pod-security.kubernetes.io/enforce': 'restricted', 'istio.io/dataplane-mode': 'ambient' },
    }),
    objectOf('networking.k8s.io/v1', 'NetworkPolicy', 'default-deny', {
      spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
    }),
    objectOf('networking.k8s.io/v1', 'NetworkPolicy', 'probes', {
      spec: {
        podSelector: {},
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ ipBlock: { cidr: '169.254.7.127/32' } }], ports: [{ port: 9464 }] }],
      },
    }),
    objectOf('v1', 'ServiceAccount', 'order-service'),
    objectOf('v1', 'ConfigMap', 'process', { data: { REGION: 'us-east', PARTITIONS: '100' } }),
    objectOf('external-secrets.io/v1', 'ClusterSecretStore', 'meridian', { namespace: null, spec: {} }),
    objectOf('external-secrets.io/v1', 'ExternalSecret', 'system-postgres', {
      spec: {
        secretStoreRef: { kind: 'ClusterSecretStore', name: 'meridian' },
        data: [{ secretKey: 'POSTGRES_URL', remoteRef: { key: 'production/postgres' } }],
      },
    }),
    objectOf('apps/v1', 'Deployment', 'order-service', {
      labels: programLabels,
      spec: {
        selector,
        template: {
          metadata: { labels: programLabels },
          spec: {
            serviceAccountName: 'order-service',
            securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
            topologySpreadConstraints: [
              { topologyKey: 'topology.kubernetes.io/zone', maxSkew: 1, labelSelector: selector },
            ],
            containers: [
              {
                name: 'program',
                image: `registry.example/meridian@sha256:${'a'.repeat(64)}`,
                args: ['gateway', 'order'],
                envFrom: [{ configMapRef: { name: 'process' } }, { secretRef: { name: 'system-postgres' } }],
                ports: [
                  { name: 'http', containerPort: 8080 },
                  { name: 'metrics', containerPort: 9464 },
                ],
                readinessProbe: probe,
                livenessProbe: probe,
                resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { memory: '1Gi' } },
                securityContext: {
                  allowPrivilegeEscalation: false,
                  readOnlyRootFilesystem: true,
                  capabilities: { drop: ['ALL'] },
                },
              },
            ],
          },
        },
      },
    }),
    objectOf('v1', 'Service', 'order-service', {
      spec: { selector: selector.matchLabels, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
    }),
    objectOf('policy/v1', 'PodDisruptionBudget', 'order-service', { spec: { selector, maxUnavailable: 1 } }),
    objectOf('autoscaling/v2', 'HorizontalPodAutoscaler', 'order-service', {
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'order-service' },
        minReplicas: 2,
        maxReplicas: 8,
        metrics: [{ type: 'Resource', resource: { name: 'cpu' } }],
      },
    }),
  ];
}

/** The object of a kind in `objects`, free to be changed. @throws TypeError where there is none. */
export function the(objects: readonly KubernetesObject[], kind: string, name?: string): Json {
  const found = objects.find(
    (object) => object.kind === kind && (name === undefined || object.metadata.name === name),
  );
  if (!found) throw new TypeError(`no ${kind} in the region`);
  return found;
}

export const podSpecOf = (objects: readonly KubernetesObject[]): Json =>
  the(objects, 'Deployment')['spec'].template.spec;
export const containerOf = (objects: readonly KubernetesObject[]): Json =>
  podSpecOf(objects)['containers'][0];

/** What a policy finds in the healthy region after `change`: `rule object path: message`. */
export function findingsAfter(
  policy: Policy,
  change: (objects: KubernetesObject[]) => unknown,
  { requireDigest = true }: JsonObject = {},
): readonly string[] {
  const objects = structuredClone(healthyRegion());
  change(objects);
  const manifests = objects.map((object) => ({
    file: 'dist/production/us-east/services.yaml',
    environment: 'production',
    region: 'us-east',
    object,
  }));
  return policy(createScope(manifests, requireDigest === true)).map(textOf);
}

export const textOf = ({ rule, object, path, message }: Finding): string =>
  `${rule} ${object} ${path}: ${message}`;
