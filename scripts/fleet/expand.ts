import { numberAt, textAt } from '../rendered/fields.ts';
import { titleOf, type FleetObject } from './object.ts';
import { expandBuiltIn } from './systems/built-in.ts';
import { expandGateway } from './systems/gateway.ts';
import { expandKafka } from './systems/kafka.ts';
import { expandManaged } from './systems/managed.ts';
import { expandMongo } from './systems/mongo.ts';
import { expandObservability } from './systems/observability.ts';
import { expandPostgres } from './systems/postgres.ts';
import { expandRedis } from './systems/redis.ts';
import type { RegionTree } from './tree.ts';
import { specOf, type Expand, type Expansion, type Neighbours, type PodCount } from './workload.ts';

const expanders: readonly Expand[] = [
  expandBuiltIn,
  expandKafka,
  expandPostgres,
  expandMongo,
  expandRedis,
  expandObservability,
  expandGateway,
  expandManaged,
];

// A tree never changes once it is read, and each changed object asks for its region's pods.
const expanded = new WeakMap<RegionTree, Expansion>();

/** All pods that the objects of a region stand for, with what is managed elsewhere and what could not be counted. */
export function expandRegion(region: RegionTree): Expansion {
  const known = expanded.get(region);
  if (known) return known;
  const expansion = expand(region);
  expanded.set(region, expansion);
  return expansion;
}

function expand(region: RegionTree): Expansion {
  const neighbours = neighboursIn(region);
  const found = [...region.values()].flatMap((object) => {
    const expansion = expandObject(object, neighbours);
    return expansion ? [expansion] : [];
  });
  return {
    workloads: found.flatMap(({ workloads }) => workloads),
    managed: found.flatMap(({ managed }) => managed),
    notes: found.flatMap(({ notes }) => notes),
  };
}

function expandObject(object: FleetObject, neighbours: Neighbours): Expansion | undefined {
  try {
    for (const expander of expanders) {
      const expansion = expander(object, neighbours);
      if (expansion) return expansion;
    }
    return undefined;
  } catch (error) {
    if (error instanceof RangeError)
      throw new RangeError(`${object.file}: ${titleOf(object)}: ${error.message}`, { cause: error });
    throw error;
  }
}

function neighboursIn(region: RegionTree): Neighbours {
  const byName = new Map<string, FleetObject>();
  const bounds = new Map<string, PodCount>();
  for (const object of region.values()) {
    byName.set(`${object.kind}/${object.namespace}/${object.name}`, object);
    const scaler = scalerOf(object);
    if (scaler) bounds.set(scaler.target, scaler.pods);
  }
  return {
    find: (kind, namespace, name) => byName.get(`${kind}/${namespace}/${name}`),
    scaledBy: (kind, namespace, name) => bounds.get(`${kind}/${namespace}/${name}`),
  };
}

/** The target and the bounds of a horizontal scaler: HPA, predictive HPA or KEDA; undefined for other objects. */
export function scalerOf(
  object: FleetObject,
): { readonly target: string; readonly pods: PodCount } | undefined {
  const spec = specOf(object);
  const target = `${textAt(spec, 'scaleTargetRef', 'kind') ?? 'Deployment'}/${object.namespace}/${textAt(spec, 'scaleTargetRef', 'name') ?? ''}`;
  switch (object.kind) {
    case 'HorizontalPodAutoscaler':
    case 'PredictiveHorizontalPodAutoscaler': {
      const min = numberAt(spec, 'minReplicas') ?? 1;
      return { target, pods: { min, max: numberAt(spec, 'maxReplicas') ?? min } };
    }
    // KEDA's defaults: from none to 100.
    case 'ScaledObject':
      return {
        target,
        pods: { min: numberAt(spec, 'minReplicaCount') ?? 0, max: numberAt(spec, 'maxReplicaCount') ?? 100 },
      };
    default:
      return undefined;
  }
}
