import { topics } from '../contracts/topics.ts';
import { jobsOf } from './jobs.ts';
import { copyOf, crossingTopics, ledgerTopics, mirrorGroup, sourcesOf } from './kafka-topics.ts';
import { kafkaNames } from './names.ts';
import type { Place } from './place.ts';
import { isScaled, programsOf, type Program } from './programs.ts';

export type Operation = 'Read' | 'Write' | 'Create' | 'Describe' | 'DescribeConfigs' | 'Delete';

/** Operations that a user may do with a topic or consumer group; `prefix` means all that begin so. */
export type Right = {
  readonly resource: {
    readonly type: 'topic' | 'group';
    readonly name: string;
    readonly patternType: 'literal' | 'prefix';
  };
  readonly operations: readonly Operation[];
};

export type KafkaUser = {
  readonly name: string;
  /** Whose pods show the certificate: our programs and jobs, KEDA, or a mirror, here or in another region. */
  readonly role: 'program' | 'job' | 'scaler' | 'mirror';
  readonly rights: readonly Right[];
};

/**
 * The Kafka users of a region. Producers are idempotent but not transactional, which a right to write covers. Gateways and
 * tasks have none: what they publish goes by an outbox.
 */
export function kafkaUsersOf(place: Place): readonly KafkaUser[] {
  const programs = programsOf(place).filter(({ systems }) => systems.includes('kafka'));
  const workers = programs.filter(({ kind }) => kind === 'worker');
  const isMeasured = workers.some((worker) => isScaled(worker, place));
  const isMirrored = place.environment.regions.length > 1;
  return [
    ...programs.map((program): KafkaUser => ({
      name: program.name,
      role: 'program',
      rights: rightsOf(program),
    })),
    ...(jobsOf(place).some(({ name }) => name === 'audit')
      ? [{ name: 'audit', role: 'job', rights: auditRights(workers) } satisfies KafkaUser]
      : []),
    ...(isMeasured
      ? [{ name: kafkaNames.lagUser, role: 'scaler', rights: lagRights(workers) } satisfies KafkaUser]
      : []),
    ...(isMirrored ? mirrorUsers(place, workers) : []),
  ];
}

function rightsOf(program: Program): readonly Right[] {
  // The relay publishes whatever an outbox holds; a worker publishes its dead letters only, the rest goes by an outbox.
  const { deadLetterEvents, ...published } = topics;
  const written =
    program.kind === 'relay' ? Object.values(published).map(({ name }) => name) : [deadLetterEvents.name];
  return [
    ...program.consumes.map((name) => topic(name, ['Read', 'Describe'])),
    ...(program.consumes.length > 0 ? [group(program.name, ['Read', 'Describe'])] : []),
    ...written.map((name) => topic(name, ['Write', 'Describe'])),
  ];
}

/** Reads what the streams publish and the dead letters, and how far each worker is; its own groups are gone afterwards. */
function auditRights(workers: readonly Program[]): readonly Right[] {
  const { orderEvents, paymentEvents, inventoryEvents, fraudDetectionEvents, deadLetterEvents } = topics;
  const read = [orderEvents, paymentEvents, inventoryEvents, fraudDetectionEvents, deadLetterEvents].map(
    ({ name }) => name,
  );
  const measured = new Set(consumedBy(workers)).difference(new Set(read));
  return [
    ...read.map((name) => topic(name, ['Read', 'Describe'])),
    ...[...measured].map((name) => topic(name, ['Describe'])),
    ...workers.map(({ name }) => group(name, ['Describe'])),
    {
      resource: { type: 'group', name: 'audit-', patternType: 'prefix' },
      operations: ['Read', 'Describe', 'Delete'],
    },
  ];
}

function lagRights(workers: readonly Program[]): readonly Right[] {
  return [
    ...consumedBy(workers).map((name) => topic(name, ['Describe'])),
    ...workers.map(({ name }) => group(name, ['Describe'])),
  ];
}

/** The mirror into each region is a user in every region: here it writes its copies, there it only reads. */
function mirrorUsers(place: Place, workers: readonly Program[]): readonly KafkaUser[] {
  const writes: readonly Right[] = [
    ...Object.values(ledgerTopics.connect).map((name) =>
      topic(name, ['Read', 'Write', 'Create', 'Describe', 'DescribeConfigs']),
    ),
    group(mirrorGroup, ['Read', 'Describe']),
    ...sourcesOf(place).flatMap(({ name: source }) => [
      ...crossingTopics.map((name) => topic(copyOf(source, name), ['Write', 'Describe'])),
      // MirrorMaker tries to create these two at each start, and gives up where it may not even try.
      ...[ledgerTopics.offsetSyncs(source), ledgerTopics.checkpoints(source)].map((name) =>
        topic(name, ['Read', 'Write', 'Create', 'Describe']),
      ),
    ]),
  ];
  const reads: readonly Right[] = [
    ...crossingTopics.map((name) => topic(name, ['Read', 'Describe'])),
    ...groupsOf(workers).map((name) => group(name, ['Describe'])),
  ];
  return place.environment.regions.map(({ name }): KafkaUser => ({
    name: kafkaNames.mirrorUser(name),
    role: 'mirror',
    rights: name === place.region.name ? writes : reads,
  }));
}

/** The groups whose positions a mirror of this region translates: those that consume what crosses. */
export function mirroredGroupsOf(place: Place): readonly string[] {
  return groupsOf(programsOf(place));
}

function groupsOf(programs: readonly Program[]): readonly string[] {
  return programs
    .filter(({ consumes }) => consumes.some((name) => crossingTopics.includes(name)))
    .map(({ name }) => name);
}

function consumedBy(workers: readonly Program[]): readonly string[] {
  return [...new Set(workers.flatMap(({ consumes }) => consumes))];
}

function topic(name: string, operations: readonly Operation[]): Right {
  return { resource: { type: 'topic', name, patternType: 'literal' }, operations };
}

function group(name: string, operations: readonly Operation[]): Right {
  return { resource: { type: 'group', name, patternType: 'literal' }, operations };
}
