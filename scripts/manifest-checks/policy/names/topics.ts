import { fieldsAt, listAt, mapAt, textAt } from '../../../rendered/fields.ts';
import type { Manifest } from '../../manifest.ts';
import { namespaceOf } from '../../pods.ts';
import type { Scope } from '../../scope.ts';
import type { Reference } from './references.ts';

/** Topics by the name that Kafka knows: `topicName`, or the object's own. */
export function topicsOf(scope: Scope): ReadonlySet<string> {
  return new Set(
    scope
      .ofKind('kafka.strimzi.io/KafkaTopic')
      .map(({ object }) => textAt(object, 'spec', 'topicName') ?? object.metadata.name),
  );
}

/** The topics that a KafkaUser's rules name, where they name a whole one. */
export function topicReferences(manifest: Manifest): readonly Reference[] {
  return listAt(manifest.object, 'spec', 'authorization', 'acls').flatMap((rule, index) => {
    const resource = fieldsAt(rule, 'resource');
    const name = textAt(resource, 'name');
    const isWhole = resource['type'] === 'topic' && (resource['patternType'] ?? 'literal') === 'literal';
    if (!isWhole || name === undefined || name === '*') return [];
    const path = `spec.authorization.acls[${index}].resource.name`;
    return [{ manifest, path, kind: 'topic', namespace: '', name }];
  });
}

const clusterLabel = 'strimzi.io/cluster';

/** Strimzi finds the cluster of a topic, user, pool or rebalance by a label, in the namespaces that it watches for it. */
export function clusterOf(manifest: Manifest, scope: Scope): Manifest | undefined {
  const name = mapAt(manifest.object, 'metadata', 'labels')[clusterLabel];
  const watcher = { KafkaTopic: 'topicOperator', KafkaUser: 'userOperator' }[manifest.object.kind];
  return scope.ofKind('kafka.strimzi.io/Kafka').find((cluster) => {
    const watched =
      watcher === undefined
        ? undefined
        : textAt(cluster.object, 'spec', 'entityOperator', watcher, 'watchedNamespace');
    return (
      cluster.object.metadata.name === name && (watched ?? namespaceOf(cluster)) === namespaceOf(manifest)
    );
  });
}

export const ofKafkaCluster = ['KafkaTopic', 'KafkaUser', 'KafkaNodePool', 'KafkaRebalance'].map(
  (kind) => `kafka.strimzi.io/${kind}`,
);
