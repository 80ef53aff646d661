import { expect, test } from 'vitest';
import type { KubernetesObject } from '../manifest.ts';
import { containerOf, findingsAfter, objectOf, podSpecOf, the } from '../testing/region.ts';
import { checkApiServerRules } from './api-server.ts';

const deployment = 'api-server Deployment meridian/order-service';
const pod = `${deployment} spec.template.spec`;

const planted: readonly (readonly [string, (objects: KubernetesObject[]) => unknown, string])[] = [
  [
    'a selector that is not of its own pods',
    (objects) => (the(objects, 'Deployment')['spec'].selector.matchLabels = { app: 'orders' }),
    `${deployment} spec.selector: must match the labels of its own pods`,
  ],
  [
    'a restart policy of another kind',
    (objects) => (podSpecOf(objects)['restartPolicy'] = 'Never'),
    `${pod}.restartPolicy: must be Always here`,
  ],
  [
    'a Job whose pods start again for ever',
    (objects) =>
      objects.push(
        objectOf('batch/v1', 'Job', 'audit', { spec: { template: { spec: { containers: [] } } } }),
      ),
    'api-server Job meridian/audit spec.template.spec.restartPolicy: must be Never or OnFailure here',
  ],
  [
    'a rollout that cannot begin',
    (objects) =>
      (the(objects, 'Deployment')['spec'].strategy = {
        rollingUpdate: { maxSurge: 0, maxUnavailable: '0%' },
      }),
    `${deployment} spec.strategy.rollingUpdate: allows neither a pod more nor a pod less: nothing could be rolled out`,
  ],
  [
    'a mount without a volume',
    (objects) => (containerOf(objects)['volumeMounts'] = [{ name: 'tls', mountPath: '/tls' }]),
    `${pod}.containers[0].volumeMounts[0].name: the pod has no volume tls`,
  ],
  [
    'two mounts in one place',
    (objects) => {
      podSpecOf(objects)['volumes'] = [{ name: 'tls', emptyDir: {} }];
      const mount = { name: 'tls', mountPath: '/tls' };
      containerOf(objects)['volumeMounts'] = [mount, { ...mount }];
    },
    `${pod}.containers[0].volumeMounts[1].mountPath: something is mounted there already`,
  ],
  [
    'a port with a long name',
    (objects) => (containerOf(objects)['ports'][0].name = 'a-name-of-sixteen'),
    `${pod}.containers[0].ports[0].name: must have at most 15 small letters, digits and hyphens`,
  ],
  [
    'two ports with one name',
    (objects) => (containerOf(objects)['ports'][1].name = 'http'),
    `${pod}.containers[0].ports[1].name: http is there already`,
  ],
  [
    'several ports of a Service, one without a name',
    (objects) => the(objects, 'Service')['spec'].ports.push({ port: 81 }),
    'api-server Service meridian/order-service spec.ports[1].name: is required where there are several ports',
  ],
  [
    'a budget that says both',
    (objects) => (the(objects, 'PodDisruptionBudget')['spec'].minAvailable = 1),
    'api-server PodDisruptionBudget meridian/order-service spec: has minAvailable and maxUnavailable: only one may be there',
  ],
];

test.each(planted)('%s is named', (_, change, expected) => {
  expect(findingsAfter(checkApiServerRules, change)).toEqual([expected]);
});
