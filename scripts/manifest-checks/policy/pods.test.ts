import { expect, test } from 'vitest';
import type { KubernetesObject } from '../manifest.ts';
import { containerOf, findingsAfter, podSpecOf, the } from '../testing/region.ts';
import { checkAvailability } from './availability.ts';
import { checkImageDigests, checkImageTags } from './images.ts';
import { checkResources } from './resources.ts';
import { checkSecurityContext } from './security-context.ts';

const at = 'Deployment meridian/order-service spec.template.spec';
const container = `${at}.containers[0]`;

test.each([
  ['registry.example:5000/meridian', 'has no tag'],
  ['meridian:latest', 'has the tag latest'],
  ['meridian:', 'is no image name'],
])('the image %s is named: %s', (image, problem) => {
  expect(findingsAfter(checkImageTags, (objects) => (containerOf(objects)['image'] = image))).toEqual([
    `image-tag ${container}.image: ${problem}`,
  ]);
});

test('the images that a custom resource names are looked at too', () => {
  const found = findingsAfter(checkImageTags, (objects) => {
    the(objects, 'ExternalSecret')['spec'].exporter = { image: 'quay.io/exporter' };
  });
  expect(found).toEqual([
    'image-tag ExternalSecret meridian/system-postgres spec.exporter.image: has no tag',
  ]);
});

const useTag = (objects: KubernetesObject[]): unknown =>
  (containerOf(objects)['image'] = 'registry.example/meridian:1.2.3');

test('a tag is enough only where no digest is required', () => {
  expect(findingsAfter(checkImageDigests, useTag)).toEqual([
    `image-digest ${container}.image: must name a digest here (images.requireDigest)`,
  ]);
  expect(findingsAfter(checkImageDigests, useTag, { requireDigest: false })).toEqual([]);
  expect(findingsAfter(checkImageTags, useTag)).toEqual([]);
});

test('requests and a limit of memory are required of every container, sidecars included', () => {
  const found = findingsAfter(checkResources, (objects) => {
    delete containerOf(objects)['resources'].requests.cpu;
    podSpecOf(objects)['initContainers'] = [
      { name: 'first', resources: { requests: { cpu: 1, memory: 5 } } },
    ];
  });
  expect(found).toEqual([
    `resources ${at}.initContainers[0].resources.limits.memory: is required for every container`,
    `resources ${container}.resources.requests.cpu: is required for every container`,
  ]);
});

test('a request over its limit is named, whatever their units', () => {
  const found = findingsAfter(checkResources, (objects) => {
    containerOf(objects)['resources'] = {
      requests: { cpu: '100m', memory: '1025Mi' },
      limits: { memory: '1Gi' },
    };
  });
  expect(found).toEqual([`resources ${container}.resources.requests.memory: is more than its limit`]);
});

test.each<[string, (container: Record<string, any>, pod: Record<string, any>) => unknown]>([
  ['containers[0].securityContext.runAsNonRoot', (_, pod) => delete pod['securityContext'].runAsNonRoot],
  ['containers[0].securityContext.runAsUser', (own) => (own['securityContext'].runAsUser = 0)],
  [
    'containers[0].securityContext.seccompProfile.type',
    (_, pod) => delete pod['securityContext'].seccompProfile,
  ],
  [
    'containers[0].securityContext.allowPrivilegeEscalation',
    (own) => delete own['securityContext'].allowPrivilegeEscalation,
  ],
  ['containers[0].securityContext.capabilities.drop', (own) => (own['securityContext'].capabilities = {})],
  [
    'containers[0].securityContext.capabilities.add',
    (own) => (own['securityContext'].capabilities.add = ['NET_ADMIN']),
  ],
  ['containers[0].securityContext.privileged', (own) => (own['securityContext'].privileged = true)],
  [
    'containers[0].securityContext.readOnlyRootFilesystem',
    (own) => (own['securityContext'].readOnlyRootFilesystem = false),
  ],
  ['containers[0].ports', (own) => (own['ports'][0].hostPort = 80)],
  ['hostNetwork', (_, pod) => (pod['hostNetwork'] = true)],
  ['volumes[0].hostPath', (_, pod) => (pod['volumes'] = [{ name: 'x', hostPath: { path: '/' } }])],
])('restricted pods: %s', (path, change) => {
  const found = findingsAfter(checkSecurityContext, (objects) =>
    change(containerOf(objects), podSpecOf(objects)),
  );
  expect(found.map((text) => text.split(':')[0])).toEqual([`security-context ${at}.${path}`]);
});

const asOther = (objects: KubernetesObject[]): void => {
  the(objects, 'Deployment')['spec'].template.metadata.labels = { app: 'other' };
  containerOf(objects)['securityContext'].privileged = true;
};

test('what is no program of ours is restricted where its namespace says so', () => {
  expect(findingsAfter(checkSecurityContext, asOther)).toHaveLength(1);
  const inOpen = findingsAfter(checkSecurityContext, (objects) => {
    asOther(objects);
    delete the(objects, 'Namespace')['metadata'].labels['pod-security.kubernetes.io/enforce'];
  });
  expect(inOpen).toEqual([]);
});

const removeBudget = (objects: KubernetesObject[]): void =>
  void (the(objects, 'PodDisruptionBudget')['metadata'].namespace = 'elsewhere');

test('a Deployment of several pods without a budget is named, whether by scaler or by replicas', () => {
  expect(findingsAfter(checkAvailability, removeBudget)).toEqual([
    'disruption-budget Deployment meridian/order-service : has 2 pods or more and no PodDisruptionBudget',
  ]);
  const single = findingsAfter(checkAvailability, (objects) => {
    removeBudget(objects);
    the(objects, 'HorizontalPodAutoscaler')['spec'].minReplicas = 1;
  });
  expect(single).toEqual([]);
  const fixed = findingsAfter(checkAvailability, (objects) => {
    removeBudget(objects);
    the(objects, 'HorizontalPodAutoscaler')['spec'].scaleTargetRef.name = 'other';
    the(objects, 'Deployment')['spec'].replicas = 3;
  });
  expect(fixed).toEqual([
    'disruption-budget Deployment meridian/order-service : has 3 pods or more and no PodDisruptionBudget',
  ]);
});

test('a budget that lets no pod go, and a second one, are named', () => {
  expect(
    findingsAfter(checkAvailability, (objects) => {
      const { spec } = the(objects, 'PodDisruptionBudget');
      delete spec.maxUnavailable;
      spec.minAvailable = 2;
    }),
  ).toEqual([
    'disruption-budget PodDisruptionBudget meridian/order-service spec: lets no pod of 2 go: no node can be drained',
  ]);
  const twice = findingsAfter(checkAvailability, (objects) => {
    const second = structuredClone(the(objects, 'PodDisruptionBudget'));
    second['metadata'].name = 'second';
    objects.push(second as (typeof objects)[number]);
  });
  expect(twice[0]).toContain('has 2 PodDisruptionBudgets');
});

test('pods that are not spread over zones, or not by their own labels, are named', () => {
  const rule = `topology-spread ${at}.topologySpreadConstraints: must spread these pods over zones (topology.kubernetes.io/zone)`;
  expect(
    findingsAfter(checkAvailability, (objects) => delete podSpecOf(objects)['topologySpreadConstraints']),
  ).toEqual([rule]);
  expect(
    findingsAfter(checkAvailability, (objects) => {
      podSpecOf(objects)['topologySpreadConstraints'][0].labelSelector = { matchLabels: { app: 'other' } };
    }),
  ).toEqual([rule]);
});

test('a container without probes is named', () => {
  expect(findingsAfter(checkAvailability, (objects) => delete containerOf(objects)['livenessProbe'])).toEqual(
    [`probes ${container}.livenessProbe: is required for a Deployment`],
  );
});
