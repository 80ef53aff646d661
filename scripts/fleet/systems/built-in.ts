import { namespaces } from '../../../k8s/place.ts';
import { at, itemsAt, numberAt, textAt, type Json } from '../../rendered/fields.ts';
import { titleOf, type FleetObject } from '../object.ts';
import { claimedBytes, nodeLabelsOf, podFootprint } from '../pod.ts';
import {
  fixed,
  nothing,
  specOf,
  type Expand,
  type Neighbours,
  type PodCount,
  type System,
  type Workload,
} from '../workload.ts';

/** Deployments, StatefulSets, DaemonSets, Jobs and CronJobs. */
export const expandBuiltIn: Expand = (object, neighbours) => {
  const { group, kind } = object;
  if (group === 'apps' && (kind === 'Deployment' || kind === 'StatefulSet')) {
    const claims = itemsAt(specOf(object), 'volumeClaimTemplates');
    return only(workload(object, replicasOf(object, neighbours), at(specOf(object), 'template'), claims));
  }
  if (group === 'apps' && kind === 'DaemonSet') {
    const { main } = workload(object, fixed(1), at(specOf(object), 'template'));
    const note = `${titleOf(object)}: a pod on each node (${main.milliCpu}m CPU), not in the sums`;
    return { workloads: [], managed: [], notes: [note] };
  }
  // A Job runs for a while: the sums count it only at the most.
  if (group === 'batch' && kind === 'Job') return only(transient(object, specOf(object)));
  if (group === 'batch' && kind === 'CronJob')
    return only(transient(object, at(specOf(object), 'jobTemplate', 'spec')));
  return undefined;
};

function transient(object: FleetObject, jobSpec: Json | undefined): Workload {
  const pods = { min: 0, max: numberAt(jobSpec, 'parallelism') ?? 1 };
  return workload(object, pods, at(jobSpec, 'template'));
}

function replicasOf(object: FleetObject, { scaledBy }: Neighbours): PodCount {
  const scaled = scaledBy(object.kind, object.namespace, object.name);
  return scaled ?? fixed(numberAt(specOf(object), 'replicas') ?? 1);
}

function workload(
  object: FleetObject,
  pods: PodCount,
  template: Json | undefined,
  claims: readonly Json[] = [],
): Workload {
  const system = systemOf(object, template);
  return {
    system,
    object,
    part: '',
    // The proxies are what the system design counts of the API gateway.
    role: system === 'api-gateway' && object.kind === 'Deployment' ? 'node' : 'helper',
    pods,
    main: podFootprint(at(template, 'spec')),
    sidecars: nothing,
    diskBytesEach: claimedBytes(claims),
    nodeLabels: nodeLabelsOf(at(template, 'spec')),
  };
}

/** Plain workloads say by their namespace what they belong to; those of the data namespace by a label. */
function systemOf(object: FleetObject, template: Json | undefined): System {
  switch (object.namespace) {
    case namespaces.programs:
      return 'programs';
    case namespaces.edge:
      return 'api-gateway';
    case namespaces.observability:
      return 'observability';
    default: {
      const image = textAt(itemsAt(template, 'spec', 'containers')[0], 'image') ?? '';
      const named = /postgres|pgbouncer|mongo|redis|kafka/.exec(`${image} ${object.name}`)?.[0];
      if (named === 'pgbouncer') return 'postgres';
      return (named as System | undefined) ?? 'other';
    }
  }
}

export function only(...workloads: readonly Workload[]): {
  readonly workloads: readonly Workload[];
  readonly managed: readonly [];
  readonly notes: readonly [];
} {
  return { workloads, managed: [], notes: [] };
}
