import type { Chart } from 'cdk8s';
import { customObject, inWave, keepOnPrune } from '../custom-object.ts';
import { redisNames } from '../names.ts';
import { namespaces, type Place } from '../place.ts';
import { addRedisCertificates } from './redis-certificates.ts';
import { dataNodes, overZones, requestsAndLimits, volumeOf } from './data-parts.ts';
import { addExternalSecret, passwordOf } from './stored-secret.ts';

/** A Redis Cluster: a master a shard and its replicas, on disks, with TLS, a password and an exporter of metrics. */
export function addRedis(chart: Chart, place: Place): void {
  const { region } = place;
  const { redis } = region;
  const role = (name: 'leader' | 'follower'): Record<string, unknown> => ({
    ...dataNodes,
    ...apart(`${redisNames.cluster}-${name}`, region.zones.length > 1),
    pdb: { enabled: true, maxUnavailable: 1 },
    redisConfig: {
      dynamicConfig: [`maxmemory ${redis.maxMemoryGiB * 1024}mb`, 'maxmemory-policy allkeys-lru'],
    },
    resources: requestsAndLimits(redis.node),
  });
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
      kubernetesConfig: {
        image: 'quay.io/opstree/redis:v7.2.7',
        imagePullPolicy: 'IfNotPresent',
        redisSecret: { name: redisNames.passwordSecret, key: 'password' },
      },
      // Keys as cert-manager names them. The exporter and the operator's own calls follow from it.
      TLS: { secret: { secretName: redisNames.tlsSecret } },
      redisExporter: {
        enabled: true,
        image: 'quay.io/opstree/redis-exporter:v1.48.0',
        resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '128Mi' } },
      },
      redisLeader: { replicas: redis.shards, ...role('leader') },
      redisFollower: { replicas: redis.shards * (redis.nodesPerShard - 1), ...role('follower') },
      storage: {
        volumeClaimTemplate: { spec: volumeOf(redis) },
        // Who is who in the cluster outlives the pod: without it a node comes back as a stranger.
        nodeConfVolume: true,
        nodeConfVolumeClaimTemplate: { spec: volumeOf({ ...redis, storageGiB: 1 }) },
        keepAfterDelete: true,
      },
    },
  });
  addPassword(chart, place);
  addRedisCertificates(chart);
}

/** The programs' own password (`system-redis`), as the operator wants it. */
function addPassword(chart: Chart, place: Place): void {
  addExternalSecret(chart, {
    name: redisNames.passwordSecret,
    namespace: namespaces.data,
    wave: 'operatorsReady',
    from: passwordOf(place, 'redis'),
  });
}

/**
 * A zone has as many masters as any other, and where there are several no machine has two nodes: a shard's copies must not
 * go together, and the operator places them by number, not by shard.
 */
function apart(app: string, isSpread: boolean): Record<string, unknown> {
  return {
    topologySpreadConstraints: overZones({ app }, 'DoNotSchedule'),
    ...(isSpread
      ? {
          affinity: {
            podAntiAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: [
                {
                  labelSelector: { matchLabels: { redis_setup_type: 'cluster' } },
                  topologyKey: 'kubernetes.io/hostname',
                },
              ],
            },
          },
        }
      : {}),
  };
}
