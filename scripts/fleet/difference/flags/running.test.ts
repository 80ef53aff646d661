import { describe, expect, it } from 'vitest';
import { deployment, scaledObject } from '../../testing/fleet-fixture.ts';
import { reasonsOf, withSpec } from '../../testing/flagged.ts';

const redis = withSpec('redis.redis.opstreelabs.in/v1beta2', 'RedisCluster');
const scaler = (min: number, max: number) => scaledObject('a', min, max);

describe('red flags: what runs', () => {
  it('bounds of a scaler', () => {
    expect(reasonsOf(scaler(4, 10), scaler(4, 20))).toEqual(['scaler bounds 4–10 → 4–20']);
    expect(reasonsOf(scaler(4, 10), scaler(1, 3))).toEqual([
      'scaler bounds 4–10 → 1–3: pods that always ran are stopped, one pod or none may be left',
    ]);
    expect(reasonsOf(scaler(4, 10), scaler(12, 20))).toEqual([
      'scaler bounds 4–10 → 12–20: 2 pods start at once',
    ]);
    expect(reasonsOf(scaler(4, 10), undefined)).toEqual([
      'scaler deleted: the workload stays at the replicas it has',
    ]);
    expect(reasonsOf(undefined, scaler(4, 3))).toEqual(['scaler from 4 to 3 replicas']);
  });

  it('replicas that go or come where a scaler rules', () => {
    const rule = scaledObject('a', 2, 8);
    expect(reasonsOf(deployment('a', { replicas: 5 }), [deployment('a', { replicas: null }), rule])).toEqual([
      'replicas removed under a scaler: the workload drops from 5 to 1 until the scaler acts (ignore /spec/replicas first)',
    ]);
    expect(reasonsOf([deployment('a', { replicas: null }), rule], [deployment('a'), rule])).toEqual([
      'replicas set under a scaler: each sync sets them back to 2',
    ]);
    expect(reasonsOf(deployment('a'), deployment('a', { replicas: 0 }))).toEqual([
      'replicas 2 → 0: it stops',
    ]);
    expect(reasonsOf(deployment('a'), deployment('a', { replicas: 3 }))).toEqual([]);
  });

  it('an image by tag that the change brings, not one that was there', () => {
    expect(reasonsOf(deployment('a'), deployment('a', { image: 'app:1' }))).toEqual([
      'image by tag, not by digest: app:1',
    ]);
    expect(
      reasonsOf(deployment('a', { image: 'app:1' }), deployment('a', { image: 'app:1', memory: '1Gi' })),
    ).toEqual([]);
    expect(reasonsOf(undefined, redis({ kubernetesConfig: { image: 'redis:latest' } }))).toEqual([
      'image by tag, not by digest: redis:latest',
    ]);
  });
});
