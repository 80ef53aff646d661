import { at, entriesAt, itemsAt, numberAt, textAt, type Json } from '../../rendered/fields.ts';
import { titleOf, type FleetObject } from '../object.ts';
import { footprintOf, nodeLabelsOf, podFootprint, storageBytes } from '../pod.ts';
import {
  fixed,
  nothing,
  plus,
  specOf,
  type Expand,
  type Expansion,
  type Footprint,
  type Neighbours,
  type Workload,
} from '../workload.ts';
import { only } from './built-in.ts';

/** StackGres (Citus or single clusters) and CloudNativePG with its poolers. */
export const expandPostgres: Expand = (object, neighbours) => {
  const spec = specOf(object);
  switch (`${object.group}/${object.kind}`) {
    case 'stackgres.io/SGShardedCluster':
      return sharded(object, spec, neighbours);
    case 'stackgres.io/SGCluster':
      return joined([group(object, '', spec, numberAt(spec, 'instances') ?? 0, neighbours)]);
    case 'postgresql.cnpg.io/Cluster':
      return only({
        ...node(object, '', numberAt(spec, 'instances') ?? 1, nodeLabelsOf(at(spec, 'affinity'))),
        main: footprintOf(at(spec, 'resources')),
        diskBytesEach:
          storageBytes(at(spec, 'storage', 'size')) + storageBytes(at(spec, 'walStorage', 'size')),
      });
    case 'postgresql.cnpg.io/Pooler':
      return only({
        ...node(object, '', numberAt(spec, 'instances') ?? 1, nodeLabelsOf(at(spec, 'template', 'spec'))),
        role: 'helper',
        main: podFootprint(at(spec, 'template', 'spec')),
      });
    default:
      return undefined;
  }
};

type Grouped = { readonly workload: Workload; readonly note?: string };

function sharded(object: FleetObject, spec: Json | undefined, neighbours: Neighbours): Expansion {
  const shards = at(spec, 'shards');
  const clusters = numberAt(shards, 'clusters') ?? 0;
  const each = numberAt(shards, 'instancesPerCluster') ?? 1;
  const overrides = itemsAt(shards, 'overrides');
  const instances = overrides.reduce<number>(
    (sum, override) => sum + (numberAt(override, 'instancesPerCluster') ?? each) - each,
    clusters * each,
  );
  return joined([
    group(
      object,
      'coordinator',
      at(spec, 'coordinator'),
      numberAt(spec, 'coordinator', 'instances') ?? 0,
      neighbours,
    ),
    group(object, 'workers', shards, instances, neighbours),
  ]);
}

/** Equal instances with one profile. The profile's requests are the whole pod's unless it is told to add them up. */
function group(
  object: FleetObject,
  part: string,
  settings: Json | undefined,
  instances: number,
  { find }: Neighbours,
): Grouped {
  const wanted = textAt(settings, 'sgInstanceProfile') ?? '';
  const profile = find('SGInstanceProfile', object.namespace, wanted)?.value['spec'];
  const workload: Workload = {
    ...node(object, part, instances, nodeLabelsOf(at(settings, 'pods', 'scheduling'))),
    main: footprintOf({
      limits: { cpu: at(profile, 'cpu') ?? 0, memory: at(profile, 'memory') ?? 0 },
      requests: at(profile, 'requests') ?? {},
    }),
    sidecars: addsUp(settings) ? sidecarsOf(profile) : nothing,
    diskBytesEach: storageBytes(at(settings, 'pods', 'persistentVolume', 'size')),
  };
  if (profile !== undefined) return { workload };
  const note = `${titleOf(object)}: there is no SGInstanceProfile ${JSON.stringify(wanted)}; its CPU and memory count as 0`;
  return { workload, note };
}

function addsUp(settings: Json | undefined): boolean {
  return at(settings, 'pods', 'resources', 'disableResourcesRequestsSplitFromTotal') === true;
}

function sidecarsOf(profile: Json | undefined): Footprint {
  const containers = entriesAt(profile, 'requests', 'containers');
  return containers.map(([, requests]) => footprintOf({ requests })).reduce(plus, nothing);
}

function joined(groups: readonly Grouped[]): Expansion {
  return {
    workloads: groups.map(({ workload }) => workload),
    managed: [],
    notes: groups.flatMap(({ note }) => (note === undefined ? [] : [note])),
  };
}

function node(
  object: FleetObject,
  part: string,
  count: number,
  nodeLabels: Readonly<Record<string, string>>,
): Workload {
  return {
    system: 'postgres',
    object,
    part,
    role: 'node',
    pods: fixed(count),
    main: nothing,
    sidecars: nothing,
    diskBytesEach: 0,
    nodeLabels,
  };
}
