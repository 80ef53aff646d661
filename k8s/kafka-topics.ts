import { topics } from '../contracts/topics.ts';
import { kafkaNames } from './names.ts';
import type { Place } from './place.ts';

/** A topic as it is declared in a region's cluster. */
export type DeclaredTopic = {
  readonly name: string;
  /** `own`: of the contracts; `copy`: another region's, by its mirror; `ledger`: where a mirror keeps how far it is. */
  readonly role: 'own' | 'copy' | 'ledger';
  readonly partitions: number;
};

/** The topics that are mirrored. */
export const crossingTopics: readonly string[] = Object.values(topics)
  .filter(({ crossRegion }) => crossRegion)
  .map(({ name }) => name);

/** The name of another region's topic in this one, by MirrorMaker's DefaultReplicationPolicy. */
export const copyOf = (region: string, topic: string): string => `${region}.${topic}`;

/** Topics of the mirror into a region: one set for Kafka Connect itself, and a pair for each source. */
export const ledgerTopics = {
  connect: { configs: 'mirror-configs', status: 'mirror-status', offsets: 'mirror-offsets' },
  /** Kept in the target (`offset-syncs.topic.location`), so that a mirror only reads at its source. */
  offsetSyncs: (region: string): string => `mm2-offset-syncs.${region}.internal`,
  checkpoints: (region: string): string => `${region}.checkpoints.internal`,
} as const;

/** The regions whose topics are copied into this one. */
export function sourcesOf({ environment, region }: Place): readonly Place['region'][] {
  return environment.regions.filter(({ name }) => name !== region.name);
}

/** Every topic of a region's cluster: brokers make none by themselves, and neither does the mirror. */
export function topicsOf(place: Place): readonly DeclaredTopic[] {
  const { partitions } = place.environment;
  const sources = sourcesOf(place).map(({ name }) => name);
  const { configs, status, offsets } = ledgerTopics.connect;
  return [
    ...Object.values(topics).map(({ name }): DeclaredTopic => ({ name, role: 'own', partitions })),
    ...sources.flatMap((source) =>
      crossingTopics.map((topic): DeclaredTopic => ({
        name: copyOf(source, topic),
        role: 'copy',
        partitions,
      })),
    ),
    ...(sources.length === 0 ? [] : [ledger(configs), ledger(status, 5), ledger(offsets, 25)]),
    ...sources.flatMap((source) => [
      ledger(ledgerTopics.offsetSyncs(source)),
      ledger(ledgerTopics.checkpoints(source)),
    ]),
  ];
}

function ledger(name: string, partitions = 1): DeclaredTopic {
  return { name, role: 'ledger', partitions };
}

const dayMs = 86_400_000;

/** The settings of a topic. A ledger keeps the last word about each key for ever. */
export function settingsOf({ role }: DeclaredTopic, { environment }: Place): Record<string, string | number> {
  const { minInsyncReplicas, retentionDays, compression } = environment.topics;
  return {
    ...(role === 'ledger' ? { 'cleanup.policy': 'compact' } : { 'retention.ms': retentionDays * dayMs }),
    'min.insync.replicas': minInsyncReplicas,
    'compression.type': compression,
  };
}

/** The consumer group of Kafka Connect's workers. */
export const mirrorGroup = kafkaNames.mirror;
