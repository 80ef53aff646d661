import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../rendered/fields.ts';
import { deployment, manifest } from '../../testing/fleet-fixture.ts';
import { reasonsOf, withSpec } from '../../testing/flagged.ts';

const statefulSet = withSpec('apps/v1', 'StatefulSet');
const service = withSpec('v1', 'Service');
const selector = (app: string): JsonObject => {
  const plain = deployment('a');
  return { ...plain, spec: { ...(plain['spec'] as JsonObject), selector: { matchLabels: { app } } } };
};
const job = (image: string, annotations: JsonObject = {}) =>
  manifest('batch/v1', 'Job', 'x', {
    metadata: { annotations },
    spec: { template: { spec: { containers: [{ name: 'a', image: `a@sha256:${image}` }] } } },
  });

describe('red flags: what an API server refuses', () => {
  it.each<[string, JsonObject, JsonObject, string]>([
    ['selector', selector('a'), selector('b'), 'spec.selector'],
    [
      'volume claim template',
      statefulSet({ volumeClaimTemplates: [{ metadata: { name: 'a' } }] }),
      statefulSet({ volumeClaimTemplates: [{ metadata: { name: 'b' } }] }),
      'spec.volumeClaimTemplates',
    ],
    [
      'service name',
      statefulSet({ serviceName: 'a' }),
      statefulSet({ serviceName: 'b' }),
      'spec.serviceName',
    ],
    ['cluster address', service({ clusterIP: 'None' }), service({}), 'spec.clusterIP'],
    ['Job template', job('1'), job('2'), 'spec.template'],
    [
      'claim',
      withSpec('v1', 'PersistentVolumeClaim')({ storageClassName: 'a' }),
      withSpec('v1', 'PersistentVolumeClaim')({ storageClassName: 'b' }),
      'spec',
    ],
    [
      'sealed ConfigMap',
      manifest('v1', 'ConfigMap', 'x', { immutable: true, data: { a: '1' } }),
      manifest('v1', 'ConfigMap', 'x', { immutable: true, data: { a: '2' } }),
      'data',
    ],
  ])('%s', (_name, before, after, path) => {
    expect(reasonsOf(before, after)).toEqual([`immutable field ${path}: the API server refuses the change`]);
  });

  it('not what may change, and not a hook that Argo CD makes anew', () => {
    const hook = { 'argocd.argoproj.io/hook': 'PostSync' };
    expect(reasonsOf(job('1', hook), job('2', hook))).toEqual([]);
    expect(reasonsOf(statefulSet({ minReadySeconds: 1 }), statefulSet({ minReadySeconds: 2 }))).toEqual([]);
    expect(reasonsOf(service({ ports: [{ port: 1 }] }), service({ ports: [{ port: 2 }] }))).toEqual([]);
  });
});
