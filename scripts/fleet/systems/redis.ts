import { namespaces } from '../../../k8s/place.ts';
import { at, itemsAt, numberAt, type Json } from '../../rendered/fields.ts';
import { claimedBytes, footprintOf, nodeLabelsOf } from '../pod.ts';
import { fixed, nothing, plus, specOf, type Expand, type Footprint, type Workload } from '../workload.ts';
import { only } from './built-in.ts';

/**
 * The OT operator's cluster: `clusterSize` leaders and as many followers, unless a side names its own number. Six shards
 * with two followers each are 6 leaders and 12 followers.
 */
export const expandRedis: Expand = (object) => {
  if (object.group !== 'redis.redis.opstreelabs.in') return undefined;
  const spec = specOf(object);
  // The Redis in which Kong counts is no part of the cache.
  const isEdge = object.namespace === namespaces.edge;
  const shape = {
    system: isEdge ? 'api-gateway' : 'redis',
    object,
    role: isEdge ? 'helper' : 'node',
    sidecars: sidecarsOf(spec),
  } as const;
  const diskBytesEach =
    at(spec, 'persistenceEnabled') === false
      ? 0
      : claimedBytes([
          at(spec, 'storage', 'volumeClaimTemplate'),
          at(spec, 'storage', 'nodeConfVolume') === true
            ? at(spec, 'storage', 'nodeConfVolumeClaimTemplate')
            : undefined,
        ]);
  switch (object.kind) {
    case 'RedisCluster': {
      const size = numberAt(spec, 'clusterSize') ?? 0;
      const side = (part: string, key: 'redisLeader' | 'redisFollower'): Workload => ({
        ...shape,
        part,
        pods: fixed(numberAt(spec, key, 'replicas') ?? size),
        main: footprintOf(at(spec, key, 'resources') ?? resourcesOf(spec)),
        diskBytesEach,
        nodeLabels: nodeLabelsOf(at(spec, key)),
      });
      return only(side('leaders', 'redisLeader'), side('followers', 'redisFollower'));
    }
    case 'RedisReplication':
    case 'RedisSentinel':
      return only({
        ...shape,
        part: '',
        role: object.kind === 'RedisSentinel' ? 'helper' : shape.role,
        pods: fixed(numberAt(spec, 'clusterSize') ?? 0),
        main: footprintOf(resourcesOf(spec)),
        diskBytesEach,
        nodeLabels: nodeLabelsOf(spec),
      });
    default:
      return undefined;
  }
};

function resourcesOf(spec: Json | undefined): Json | undefined {
  return at(spec, 'kubernetesConfig', 'resources') ?? at(spec, 'resources');
}

function sidecarsOf(spec: Json | undefined): Footprint {
  const exporter =
    at(spec, 'redisExporter', 'enabled') === true
      ? footprintOf(at(spec, 'redisExporter', 'resources'))
      : nothing;
  return itemsAt(spec, 'sidecars')
    .map((sidecar) => footprintOf(at(sidecar, 'resources')))
    .reduce(plus, exporter);
}
