import { fieldsAt, listAt, numberAt, textAt, textsAt } from '../../rendered/fields.ts';
import { findingAt, type Finding, type Manifest } from '../manifest.ts';
import { namespaceOf } from '../pods.ts';
import type { Scope } from '../scope.ts';
import type { RunningProgram } from './configuration.ts';

/** Who consumes by its declaration is scaled by the lag of its own group on those topics, and may read just them. */
export function checkConsumers(running: readonly RunningProgram[], scope: Scope): readonly Finding[] {
  return running.flatMap(({ container, program }) => {
    const { manifest } = container.pod;
    const scaler = scope
      .ofKind('keda.sh/ScaledObject')
      .find(
        (candidate) =>
          namespaceOf(candidate) === namespaceOf(manifest) &&
          textAt(candidate.object, 'spec', 'scaleTargetRef', 'name') === manifest.object.metadata.name,
      );
    const user = scope.find(
      'kafka.strimzi.io/KafkaUser',
      namespaceOf(manifest),
      manifest.object.metadata.name,
    );
    return [
      ...(scaler ? triggersOf(scaler, program.name, program.consumes) : []),
      ...(user ? rightsOf(user, program.name, program.consumes) : []),
    ];
  });
}

function triggersOf(scaler: Manifest, group: string, topics: readonly string[]): Finding[] {
  const path = 'spec.triggers';
  const triggers = listAt(scaler.object, 'spec', 'triggers').filter(({ type }) => type === 'kafka');
  const groups = triggers.flatMap((trigger, index) => {
    const own = textAt(trigger, 'metadata', 'consumerGroup');
    if (own === group) return [];
    const message = `measures the group ${own ?? '(none)'}, but the worker's is ${group}`;
    return [findingAt(scaler, `${path}[${index}].metadata.consumerGroup`, 'drift', message)];
  });
  const measured = triggers.flatMap((trigger) => textAt(trigger, 'metadata', 'topic') ?? []);
  return [...groups, ...differences(scaler, path, 'measures the lag on', measured, topics)];
}

function rightsOf(user: Manifest, group: string, topics: readonly string[]): Finding[] {
  const path = 'spec.authorization.acls';
  const readable = listAt(user.object, 'spec', 'authorization', 'acls')
    .filter((rule) => textsAt(rule, 'operations').includes('Read'))
    .map((rule) => fieldsAt(rule, 'resource'));
  const named = (type: string): readonly string[] =>
    readable
      .filter((resource) => resource['type'] === type)
      .flatMap((resource) => textAt(resource, 'name') ?? []);
  return [
    ...differences(user, path, 'may read', named('topic'), topics),
    ...differences(user, path, 'may join the group', named('group'), topics.length > 0 ? [group] : []),
  ];
}

function differences(
  manifest: Manifest,
  path: string,
  does: string,
  found: readonly string[],
  declared: readonly string[],
): Finding[] {
  const missing = new Set(declared).difference(new Set(found));
  const extra = new Set(found).difference(new Set(declared));
  return [
    ...[...missing].map((name) => findingAt(manifest, path, 'drift', `does not say that it ${does} ${name}`)),
    ...[...extra].map((name) => findingAt(manifest, path, 'drift', `${does} ${name}, which is not declared`)),
  ];
}

/** Buckets of the tables and partitions of the topics are the same number everywhere. */
export function checkPartitions(
  running: readonly RunningProgram[],
  scope: Scope,
  partitions: number,
): readonly Finding[] {
  const consumed = new Set(running.flatMap(({ program }) => program.consumes));
  const topics = scope.ofKind('kafka.strimzi.io/KafkaTopic').flatMap((topic) => {
    const name = textAt(topic.object, 'spec', 'topicName') ?? topic.object.metadata.name;
    const own = numberAt(topic.object, 'spec', 'partitions');
    if (!consumed.has(name) || own === partitions) return [];
    const message = `has ${own ?? 'no'} partitions, the environment ${partitions}`;
    return [findingAt(topic, 'spec.partitions', 'drift', message)];
  });
  const configs = scope.ofKind('ConfigMap').flatMap((config) => {
    const own = textAt(config.object, 'data', 'PARTITIONS');
    if (own === undefined || own === String(partitions)) return [];
    return [
      findingAt(
        config,
        'data.PARTITIONS',
        'drift',
        `is ${own}, the environment has ${partitions} partitions`,
      ),
    ];
  });
  return [...topics, ...configs];
}
