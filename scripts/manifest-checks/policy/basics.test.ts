import { expect, test } from 'vitest';
import { findingsAfter, objectOf, the } from '../testing/region.ts';
import { checkBasics } from './basics.ts';

const service = 'Service meridian/order-service';

test('the same object twice in a region is named', () => {
  expect(
    findingsAfter(checkBasics, (objects) => objects.push(objectOf('v1', 'Service', 'order-service'))),
  ).toEqual([
    `duplicate-object ${service} metadata.name: is in dist/production/us-east/services.yaml already`,
  ]);
});

test('one name for two kinds or in two namespaces is no duplicate', () => {
  expect(
    findingsAfter(checkBasics, (objects) => {
      objects.push(objectOf('v1', 'Service', 'order-service', { namespace: 'meridian-edge' }));
      objects.push(objectOf('networking.istio.io/v1', 'Gateway', 'edge'));
      objects.push(objectOf('gateway.networking.k8s.io/v1', 'Gateway', 'edge'));
    }),
  ).toEqual([]);
});

test('a name of 64 signs or with capitals is named', () => {
  const long = 'a'.repeat(64);
  expect(findingsAfter(checkBasics, (objects) => (the(objects, 'Service')['metadata'].name = long))).toEqual([
    `name-syntax Service meridian/${long} metadata.name: must be a DNS label of at most 63 signs`,
  ]);
  expect(
    findingsAfter(checkBasics, (objects) => (the(objects, 'ConfigMap')['metadata'].name = 'Process')),
  ).toEqual([
    'name-syntax ConfigMap meridian/Process metadata.name: must be a DNS name of at most 253 signs',
  ]);
});

test('labels that Kubernetes refuses are named, on the object and on its pods', () => {
  const found = findingsAfter(checkBasics, (objects) => {
    the(objects, 'Service')['metadata'].labels['no good'] = 'x';
    the(objects, 'Deployment')['spec'].template.metadata.labels['a/b'] = 'has space';
    the(objects, 'Namespace')['metadata'].annotations = { '/x': 'y' };
  });
  expect(found.map((text) => text.split(':')[0])).toEqual([
    'label-syntax Namespace meridian metadata.annotations["/x"]',
    'label-syntax Deployment meridian/order-service spec.template.metadata.labels["a/b"]',
    'label-syntax Service meridian/order-service metadata.labels["no good"]',
  ]);
});

test('an object without our labels, or with those of another region, is named', () => {
  const found = findingsAfter(checkBasics, (objects) => {
    delete the(objects, 'Service')['metadata'].labels['app.kubernetes.io/part-of'];
    the(objects, 'ConfigMap')['metadata'].labels['meridian.example/region'] = 'us-west';
    delete the(objects, 'Deployment')['metadata'].labels['meridian.example/service'];
  });
  expect(found).toEqual([
    'own-labels ConfigMap meridian/process metadata.labels["meridian.example/region"]: must be us-east, is us-west',
    'own-labels Deployment meridian/order-service metadata.labels["meridian.example/service"]: is missing',
    `own-labels ${service} metadata.labels["app.kubernetes.io/part-of"]: is missing`,
  ]);
});
