import { expect, test } from 'vitest';
import { findingsAfter, objectOf, the } from '../testing/region.ts';
import { checkScaling } from './scaling.ts';

const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'order-service' };

test.each([
  [
    'keda.sh/v1alpha1',
    'ScaledObject',
    { scaleTargetRef: { name: 'order-service' }, minReplicaCount: 1, maxReplicaCount: 3, triggers: [] },
  ],
  [
    'jamiethompson.me/v1alpha1',
    'PredictiveHorizontalPodAutoscaler',
    { scaleTargetRef: target, minReplicas: 1, maxReplicas: 3 },
  ],
])('a second scaler, %s %s, is named', (apiVersion, kind, spec) => {
  expect(
    findingsAfter(checkScaling, (objects) => objects.push(objectOf(apiVersion, kind, 'second', { spec }))),
  ).toEqual([
    `one-scaler ${kind} meridian/second spec.scaleTargetRef: apps/Deployment meridian/order-service is scaled by HorizontalPodAutoscaler meridian/order-service already`,
  ]);
});

test('replicas where a scaler rules are named', () => {
  expect(findingsAfter(checkScaling, (objects) => (the(objects, 'Deployment')['spec'].replicas = 2))).toEqual(
    [
      'replicas-of-scaled Deployment meridian/order-service spec.replicas: must be left to HorizontalPodAutoscaler meridian/order-service: each sync would set it back',
    ],
  );
});

test('a scaler with more at least than at most is named', () => {
  expect(
    findingsAfter(
      checkScaling,
      (objects) => (the(objects, 'HorizontalPodAutoscaler')['spec'].minReplicas = 9),
    ),
  ).toEqual([
    'scaler-bounds HorizontalPodAutoscaler meridian/order-service spec: at least 9 and at most 8 pods',
  ]);
});

test.each(['Auto', 'Recreate', 'InPlaceOrRecreate', undefined])(
  'a vertical scaler in mode %s beside a horizontal one is named',
  (updateMode) => {
    const spec = { targetRef: target, ...(updateMode ? { updatePolicy: { updateMode } } : {}) };
    const found = findingsAfter(checkScaling, (objects) =>
      objects.push(objectOf('autoscaling.k8s.io/v1', 'VerticalPodAutoscaler', 'order-service', { spec })),
    );
    expect(found).toEqual([
      `vertical-scaler VerticalPodAutoscaler meridian/order-service spec.updatePolicy.updateMode: ${updateMode ?? 'Auto'} changes cpu, which HorizontalPodAutoscaler meridian/order-service goes by: must be Off or Initial`,
    ]);
  },
);

test('a vertical scaler that only recommends is fine', () => {
  const spec = { targetRef: target, updatePolicy: { updateMode: 'Off' } };
  expect(
    findingsAfter(checkScaling, (objects) =>
      objects.push(objectOf('autoscaling.k8s.io/v1', 'VerticalPodAutoscaler', 'order-service', { spec })),
    ),
  ).toEqual([]);
});
