import { at, itemsAt, numberAt, textAt, type Json } from '../../rendered/fields.ts';
import { footprintOf, nodeLabelsOf, storageBytes } from '../pod.ts';
import { fixed, nothing, plus, specOf, type Expand, type Footprint, type Workload } from '../workload.ts';
import type { FleetObject } from '../object.ts';
import { only } from './built-in.ts';

/** Strimzi: node pools are the brokers; the Kafka object adds its operators, Cruise Control and exporter. */
export const expandKafka: Expand = (object) => {
  if (object.group !== 'kafka.strimzi.io') return undefined;
  const spec = specOf(object);
  switch (object.kind) {
    case 'KafkaNodePool': {
      const broker = itemsAt(spec, 'roles').includes('broker');
      const part = broker ? 'brokers' : 'controllers';
      return only({
        ...helper(object, part, footprintOf(at(spec, 'resources')), at(spec, 'template', 'pod')),
        role: broker ? 'node' : 'helper',
        pods: fixed(numberAt(spec, 'replicas') ?? 0),
        diskBytesEach: poolBytes(at(spec, 'storage')),
      });
    }
    case 'KafkaMirrorMaker2':
    case 'KafkaConnect': {
      const mirror = helper(object, '', footprintOf(at(spec, 'resources')), at(spec, 'template', 'pod'));
      return only({ ...mirror, pods: fixed(numberAt(spec, 'replicas') ?? 0) });
    }
    case 'Kafka':
      return only(...besideBrokers(object, spec));
    default:
      return undefined;
  }
};

function besideBrokers(object: FleetObject, spec: Json | undefined): readonly Workload[] {
  const operators = at(spec, 'entityOperator');
  const found: Workload[] = [];
  if (operators !== undefined) {
    const topic = footprintOf(at(operators, 'topicOperator', 'resources'));
    const user = footprintOf(at(operators, 'userOperator', 'resources'));
    found.push(helper(object, 'entity operator', plus(topic, user), at(operators, 'template', 'pod')));
  }
  for (const [key, part] of [
    ['cruiseControl', 'cruise control'],
    ['kafkaExporter', 'exporter'],
  ] as const) {
    const settings = at(spec, key);
    if (settings === undefined) continue;
    found.push(helper(object, part, footprintOf(at(settings, 'resources')), at(settings, 'template', 'pod')));
  }
  return found;
}

function helper(object: FleetObject, part: string, main: Footprint, podTemplate: Json | undefined): Workload {
  return {
    system: 'kafka',
    object,
    part,
    role: 'helper',
    pods: fixed(1),
    main,
    sidecars: nothing,
    diskBytesEach: 0,
    nodeLabels: nodeLabelsOf(podTemplate),
  };
}

function poolBytes(storage: Json | undefined): number {
  const type = textAt(storage, 'type');
  if (type === 'jbod')
    return itemsAt(storage, 'volumes').reduce<number>((sum, volume) => sum + poolBytes(volume), 0);
  return type === 'persistent-claim' ? storageBytes(at(storage, 'size')) : 0;
}
