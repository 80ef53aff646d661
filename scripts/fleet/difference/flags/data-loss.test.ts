import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../rendered/fields.ts';
import { manifest } from '../../testing/fleet-fixture.ts';
import { reasonsOf, withSpec } from '../../testing/flagged.ts';

const topic = withSpec('kafka.strimzi.io/v1', 'KafkaTopic');
const nodePool = withSpec('kafka.strimzi.io/v1', 'KafkaNodePool');
const volumeClaim = withSpec('v1', 'PersistentVolumeClaim');
const definition = withSpec('apiextensions.k8s.io/v1', 'CustomResourceDefinition');
const gone = (apiVersion: string, kind: string, rest: JsonObject = {}) =>
  reasonsOf(manifest(apiVersion, kind, 'x', rest), undefined).join();
const at = (partitions: number, replicas: number) => topic({ partitions, replicas });
const pool = (replicas: number, size: string) =>
  nodePool({ roles: ['broker'], replicas, storage: { type: 'persistent-claim', size } });
const claim = (storage: string) => volumeClaim({ resources: { requests: { storage } } });
const crd = (...served: readonly string[]) =>
  definition({ versions: served.map((name) => ({ name, served: true })) });

describe('red flags: data', () => {
  const keep = { metadata: { annotations: { 'argocd.argoproj.io/sync-options': 'Prune=false' } } };

  it('namespaces, CRDs, claims and databases that go', () => {
    const pruned = ' (nothing keeps Argo CD from pruning it)';
    expect(gone('v1', 'Namespace')).toBe(`namespace deleted: everything in it goes with it${pruned}`);
    expect(gone('apiextensions.k8s.io/v1', 'CustomResourceDefinition')).toContain('CRD deleted');
    expect(gone('v1', 'PersistentVolumeClaim')).toBe(
      `PersistentVolumeClaim deleted: its data is lost${pruned}`,
    );
    expect(gone('kafka.strimzi.io/v1', 'KafkaTopic', keep)).toBe(
      'KafkaTopic deleted: its data is lost (Argo CD keeps it, Prune=false: it has to be deleted by hand)',
    );
    for (const [apiVersion, kind] of [
      ['stackgres.io/v1alpha1', 'SGShardedCluster'],
      ['psmdb.percona.com/v1', 'PerconaServerMongoDB'],
      ['redis.redis.opstreelabs.in/v1beta2', 'RedisCluster'],
      ['rds.aws.upbound.io/v1beta1', 'ClusterInstance'],
    ] as const)
      expect(gone(apiVersion, kind)).toContain(`${kind} deleted: its data is lost`);
    expect(gone('v1', 'ConfigMap')).toBe('');
  });

  it('a guard that is taken away', () => {
    expect(reasonsOf(manifest('kafka.strimzi.io/v1', 'KafkaTopic', 'x', keep), topic({}))).toEqual([
      'Prune=false removed: from now on Argo CD deletes it when it is no longer in git',
    ]);
  });

  it('partitions and copies of a topic', () => {
    expect(reasonsOf(at(100, 3), at(99, 2))).toEqual([
      'partitions 100 → 99: Kafka cannot take partitions away',
      'replicas of each partition 3 → 2: fewer copies of the data',
    ]);
    expect(reasonsOf(at(100, 3), at(200, 3))).toEqual([
      'partitions 100 → 200: keys move to other partitions, and the order within a stream breaks',
    ]);
  });

  it('fewer nodes and smaller disks', () => {
    expect(reasonsOf(pool(15, '2Ti'), pool(12, '1Ti'))).toEqual([
      'brokers 15 → 12: what they hold must be moved off first',
    ]);
    expect(reasonsOf(pool(15, '2Ti'), pool(15, '1Ti'))).toEqual([
      'disk of brokers 2,048 GiB → 1,024 GiB: a volume cannot shrink',
    ]);
    expect(reasonsOf(pool(12, '1Ti'), pool(15, '2Ti'))).toEqual([]);
    expect(reasonsOf(claim('1Ti'), claim('1Gi'))).toEqual([
      'claim 1Ti → 1Gi: a volume can grow and never shrink',
    ]);
    expect(reasonsOf(claim('1Gi'), claim('1Ti'))).toEqual([]);
  });

  it('a version that a CRD no longer serves', () => {
    expect(reasonsOf(crd('v1beta2', 'v1'), crd('v1'))).toEqual([
      'CRD no longer serves v1beta2: objects written in it are refused',
    ]);
  });
});
