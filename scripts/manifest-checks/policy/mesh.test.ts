import { expect, test } from 'vitest';
import type { KubernetesObject } from '../manifest.ts';
import { findingsAfter, objectOf, podSpecOf, the } from '../testing/region.ts';
import { checkMesh } from './mesh.ts';

const namespaceLabels = (objects: KubernetesObject[]) => the(objects, 'Namespace')['metadata'].labels;
const programs = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'meridian' } } };
const within = (...ports: number[]) =>
  objectOf('networking.k8s.io/v1', 'NetworkPolicy', 'within', {
    spec: { podSelector: {}, ingress: [{ from: [programs], ports: ports.map((port) => ({ port })) }] },
  });

test('a program whose namespace is not in the mesh is named, and a rule that nothing holds', () => {
  const found = findingsAfter(checkMesh, (objects) => {
    delete namespaceLabels(objects)['istio.io/dataplane-mode'];
    objects.push(objectOf('security.istio.io/v1', 'PeerAuthentication', 'default', { spec: {} }));
  });
  expect(found).toEqual([
    'mesh-member Deployment meridian/order-service : its pods are not in the mesh: others reach them in plain text',
    'mesh-member PeerAuthentication meridian/default metadata.namespace: is not in the mesh: nothing holds this',
  ]);
});

test('a program that takes itself out is named', () => {
  const found = findingsAfter(checkMesh, (objects) => {
    const { template } = the(objects, 'Deployment')['spec'];
    template.metadata.labels = { ...template.metadata.labels, 'istio.io/dataplane-mode': 'none' };
  });
  expect(found).toEqual([expect.stringMatching(/^mesh-member Deployment meridian\/order-service /)]);
});

test('a rule between pods of the mesh that leaves its port out is named', () => {
  expect(findingsAfter(checkMesh, (objects) => objects.push(within(8080)))).toEqual([
    'mesh-port NetworkPolicy meridian/within spec.ingress[0].ports: pods of the mesh use 15008 between them, which is not let through',
  ]);
  expect(findingsAfter(checkMesh, (objects) => objects.push(within(8080, 15_008)))).toEqual([]);
  expect(findingsAfter(checkMesh, (objects) => objects.push(within()))).toEqual([]);
});

test('a probe from the address of the mesh that no policy lets in is named', () => {
  const found = findingsAfter(checkMesh, (objects) => {
    podSpecOf(objects)['containers'][0].livenessProbe = { tcpSocket: { port: 8080 } };
  });
  expect(found).toEqual([
    'mesh-probe Deployment meridian/order-service spec.template.spec.containers[0].livenessProbe: asks port 8080 from 169.254.7.127/32 in the mesh, which no network policy lets in',
  ]);
});
