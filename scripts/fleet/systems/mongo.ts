import { at, itemsAt, numberAt, textAt, type Json } from '../../rendered/fields.ts';
import type { FleetObject } from '../object.ts';
import { footprintOf, nodeLabelsOf, storageBytes } from '../pod.ts';
import { fixed, nothing, plus, specOf, type Expand, type Footprint, type Workload } from '../workload.ts';
import { only } from './built-in.ts';

/** Percona's sharded cluster: the members of the shards are the nodes; config servers and routers come besides. */
export const expandMongo: Expand = (object) => {
  if (object.group !== 'psmdb.percona.com' || object.kind !== 'PerconaServerMongoDB') return undefined;
  const spec = specOf(object);
  const agents = agentsOf(spec);
  const sets = itemsAt(spec, 'replsets').flatMap((set) =>
    replicaSet(object, textAt(set, 'name') ?? 'rs0', set, 'node', agents),
  );
  if (at(spec, 'sharding', 'enabled') !== true) return only(...sets);
  const servers = replicaSet(
    object,
    'config servers',
    at(spec, 'sharding', 'configsvrReplSet'),
    'helper',
    agents,
  );
  const routers = members(object, 'routers', at(spec, 'sharding', 'mongos'), 'helper', nothing);
  return only(...sets, ...servers, routers);
};

function replicaSet(
  object: FleetObject,
  part: string,
  set: Json | undefined,
  role: Workload['role'],
  agents: Footprint,
): readonly Workload[] {
  const extra = (['nonvoting', 'hidden', 'arbiter'] as const).flatMap((key) => {
    const group = at(set, key);
    if (at(group, 'enabled') !== true) return [];
    // An arbiter votes and holds no data.
    return [members(object, `${part} ${key}`, group, key === 'arbiter' ? 'helper' : role, agents)];
  });
  return [members(object, part, set, role, agents), ...extra];
}

function members(
  object: FleetObject,
  part: string,
  group: Json | undefined,
  role: Workload['role'],
  agents: Footprint,
): Workload {
  const own = itemsAt(group, 'sidecars').map((sidecar) => footprintOf(at(sidecar, 'resources')));
  const claim = at(group, 'volumeSpec', 'persistentVolumeClaim');
  return {
    system: 'mongo',
    object,
    part,
    role,
    pods: fixed(numberAt(group, 'size') ?? 0),
    main: footprintOf(at(group, 'resources')),
    sidecars: own.reduce(plus, agents),
    diskBytesEach: storageBytes(at(claim, 'resources', 'requests', 'storage')),
    nodeLabels: nodeLabelsOf({
      nodeSelector: at(group, 'nodeSelector') ?? {},
      affinity: at(group, 'affinity', 'advanced') ?? {},
    }),
  };
}

/** The containers that the operator puts beside each mongod. */
function agentsOf(spec: Json | undefined): Footprint {
  return (['backup', 'pmm', 'logcollector'] as const)
    .filter((key) => at(spec, key, 'enabled') === true)
    .map((key) => footprintOf(at(spec, key, 'resources')))
    .reduce(plus, nothing);
}
