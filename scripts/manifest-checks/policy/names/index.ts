import { findingAt, type Finding } from '../../manifest.ts';
import type { Scope } from '../../scope.ts';
import { hostReferences } from './hosts.ts';
import { kindReferences } from './kind-references.ts';
import { namesOf, type Named, type Names } from './names.ts';
import { checkNodeLabels } from './node-labels.ts';
import { checkPortNames } from './port-names.ts';
import { commonReferences, type Reference } from './references.ts';
import { clusterOf, ofKafkaCluster, topicReferences, topicsOf } from './topics.ts';

/** Every name that an object refers to is there: defined in the same cluster, made by an operator, or the platform's. */
export function checkNames(scope: Scope): readonly Finding[] {
  const names = namesOf(scope);
  const topics = topicsOf(scope);
  const references = scope.manifests.flatMap((manifest) => [
    ...commonReferences(manifest),
    ...kindReferences(manifest),
    ...hostReferences(manifest),
    ...(manifest.object.kind === 'KafkaUser' ? topicReferences(manifest) : []),
  ]);
  const clusters = scope
    .ofKind(...ofKafkaCluster)
    .filter((manifest) => clusterOf(manifest, scope) === undefined)
    .map((manifest) => {
      const message = 'names no Kafka whose operator looks into this namespace';
      return findingAt(manifest, 'metadata.labels["strimzi.io/cluster"]', 'missing-name', message);
    });
  return [
    ...references.flatMap((reference) => problemOf(reference, names, topics)),
    ...clusters,
    ...checkPortNames(scope),
    ...checkNodeLabels(scope),
  ];
}

function problemOf(reference: Reference, names: Names, topics: ReadonlySet<string>): Finding[] {
  const { manifest, path, kind, namespace, name } = reference;
  const title = `${kind.split('/').at(-1)!} ${namespace === '' ? '' : `${namespace}/`}${name}`;
  if (kind === 'topic') {
    // Where Kafka is a managed service its topics are no objects of the cluster.
    return topics.size === 0 || topics.has(name)
      ? []
      : [findingAt(manifest, path, 'missing-name', `there is no KafkaTopic ${name}`)];
  }
  const found = names.find(kind, namespace, name);
  if (!found) return [findingAt(manifest, path, 'missing-name', `there is no ${title}`)];
  const part = missingPart(reference, found);
  return part === undefined ? [] : [findingAt(manifest, path, 'missing-name', `${title} has no ${part}`)];
}

function missingPart({ key, port }: Reference, { keys, ports }: Named): string | undefined {
  if (key !== undefined && keys && !keys.includes(key)) return `key ${key}`;
  if (port !== undefined && ports && !ports.includes(port)) return `port ${port}`;
  return undefined;
}
