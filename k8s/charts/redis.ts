import type { Chart } from 'cdk8s';
import { customObject, inWave, keepOnPrune } from '../custom-object.ts';
import { redisNames } from '../names.ts';
import { namespaces, type Place } from '../place.ts';
import { dataNodes, requestsAndLimits, volumeOf } from './data-parts.ts';

/** A Redis Cluster: a master a shard and its replicas, on disks, with an exporter of metrics. */
export function addRedis(chart: Chart, { region }: Place): void {
  const { redis } = region;
  const role = {
    ...dataNodes,
    pdb: { enabled: true, maxUnavailable: 1 },
    redisConfig: {
      dynamicConfig: [`maxmemory ${redis.maxMemoryGiB * 1024}mb`, 'maxmemory-policy allkeys-lru'],
    },
    resources: requestsAndLimits(redis.node),
  };
  customObject(chart, 'cluster', {
    apiVersion: 'redis.redis.opstreelabs.in/v1beta2',
    kind: 'RedisCluster',
    name: redisNames.cluster,
    namespace: namespaces.data,
    annotations: { ...inWave('data'), ...keepOnPrune },
    spec: {
      clusterSize: redis.shards,
      clusterVersion: 'v7',
      persistenceEnabled: true,
      podSecurityContext: { runAsNonRoot: true, runAsUser: 1000, fsGroup: 1000 },
      kubernetesConfig: { image: 'quay.io/opstree/redis:v7.2.7', imagePullPolicy: 'IfNotPresent' },
      redisExporter: {
        enabled: true,
        image: 'quay.io/opstree/redis-exporter:v1.48.0',
        resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '128Mi' } },
      },
      redisLeader: { replicas: redis.shards, ...role },
      redisFollower: { replicas: redis.shards * (redis.nodesPerShard - 1), ...role },
      storage: { volumeClaimTemplate: { spec: volumeOf(redis) }, keepAfterDelete: true },
    },
  });
}
