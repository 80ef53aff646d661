import { at, itemsAt, numberAt, textAt, type Json } from '../../rendered/fields.ts';
import { titleOf, type FleetObject } from '../object.ts';
import { claimedBytes, footprintOf, nodeLabelsOf, podFootprint } from '../pod.ts';
import { fixed, nothing, specOf, type Expand, type PodCount, type Workload } from '../workload.ts';
import { only } from './built-in.ts';

/** Elastic, Jaeger, the OpenTelemetry operator and the Prometheus operator. */
export const expandObservability: Expand = (object) => {
  const spec = specOf(object);
  switch (`${object.group}/${object.kind}`) {
    case 'elasticsearch.k8s.elastic.co/Elasticsearch':
      return only(...itemsAt(spec, 'nodeSets').map((set) => nodeSet(object, set)));
    case 'kibana.k8s.elastic.co/Kibana':
      return only(nodeSet(object, spec));
    case 'opentelemetry.io/OpenTelemetryCollector':
      return collector(object, spec);
    case 'jaegertracing.io/Jaeger':
      return only(...jaeger(object, spec));
    case 'monitoring.coreos.com/Prometheus':
    case 'monitoring.coreos.com/Alertmanager': {
      const pods = (numberAt(spec, 'replicas') ?? 1) * (numberAt(spec, 'shards') ?? 1);
      const workload = helper(object, '', fixed(pods), at(spec, 'resources'), spec);
      return only({
        ...workload,
        diskBytesEach: claimedBytes([at(spec, 'storage', 'volumeClaimTemplate')]),
      });
    }
    default:
      return undefined;
  }
};

function nodeSet(object: FleetObject, set: Json | undefined): Workload {
  const pod = at(set, 'podTemplate', 'spec');
  const own = at(set, 'resources');
  return {
    ...helper(object, textAt(set, 'name') ?? '', fixed(numberAt(set, 'count') ?? 1), own, pod),
    ...(own === undefined ? { main: podFootprint(pod) } : {}),
    diskBytesEach: claimedBytes(itemsAt(set, 'volumeClaimTemplates')),
  };
}

function collector(object: FleetObject, spec: Json | undefined): ReturnType<Expand> {
  const mode = textAt(spec, 'mode') ?? 'deployment';
  if (mode === 'daemonset' || mode === 'sidecar') {
    const where = mode === 'daemonset' ? 'on each node' : 'in each pod that asks for it';
    const { milliCpu } = footprintOf(at(spec, 'resources'));
    const note = `${titleOf(object)}: a collector ${where} (${milliCpu}m CPU), not in the sums`;
    return { workloads: [], managed: [], notes: [note] };
  }
  const replicas = numberAt(spec, 'replicas') ?? 1;
  const least = numberAt(spec, 'autoscaler', 'minReplicas') ?? replicas;
  const pods = { min: least, max: numberAt(spec, 'autoscaler', 'maxReplicas') ?? least };
  return only({
    ...helper(object, '', pods, at(spec, 'resources'), spec),
    diskBytesEach: claimedBytes(itemsAt(spec, 'volumeClaimTemplates')),
  });
}

function jaeger(object: FleetObject, spec: Json | undefined): readonly Workload[] {
  const parts = {
    allinone: ['allInOne'],
    production: ['collector', 'query'],
    streaming: ['collector', 'ingester', 'query'],
  } as const;
  const strategy = (textAt(spec, 'strategy') ?? 'allinone').toLowerCase();
  return (parts[strategy as keyof typeof parts] ?? []).map((part) => {
    const settings = at(spec, part);
    const replicas = numberAt(settings, 'replicas') ?? numberAt(settings, 'minReplicas') ?? 1;
    const pods = { min: replicas, max: numberAt(settings, 'maxReplicas') ?? replicas };
    return helper(object, part, pods, at(settings, 'resources') ?? at(spec, 'resources'), settings);
  });
}

function helper(
  object: FleetObject,
  part: string,
  pods: PodCount,
  resources: Json | undefined,
  scheduling: Json | undefined,
): Workload {
  return {
    system: 'observability',
    object,
    part,
    role: 'helper',
    pods,
    main: footprintOf(resources),
    sidecars: nothing,
    diskBytesEach: 0,
    nodeLabels: nodeLabelsOf(scheduling),
  };
}
