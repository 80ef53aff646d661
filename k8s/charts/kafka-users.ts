import type { Chart } from 'cdk8s';
import { topics } from '../../contracts/topics.ts';
import { customObject, inWave } from '../custom-object.ts';
import { kafkaNames } from '../names.ts';
import { namespaces, type Place } from '../place.ts';
import { programsOf, type Program } from '../programs.ts';
import { kafkaAuthentication } from './scaling.ts';

type Rule = {
  readonly resource: {
    readonly type: 'topic' | 'group' | 'cluster';
    readonly name?: string;
    readonly patternType?: 'literal' | 'prefix';
  };
  readonly operations: readonly string[];
};

/** A Kafka user for each program that speaks to Kafka: it may read and write what it declares, and nothing else. */
export function addKafkaUsers(chart: Chart, place: Place): void {
  const programs = programsOf(place).filter(({ systems }) => systems.includes('kafka'));
  for (const program of programs) addUser(chart, program.name, rulesOf(program));
  const groups = programs.filter(({ kind }) => kind === 'worker');
  addUser(chart, 'audit', auditRules(groups));
  if (place.environment.scaling.workers === 'fixed' || groups.length === 0) return;
  const read = [...new Set(groups.flatMap(({ consumes }) => consumes))];
  addUser(chart, kafkaAuthentication, [
    ...read.map((name) => topic(name, ['Describe'])),
    ...groups.map(({ name }) => group(name, ['Describe'])),
  ]);
}

function rulesOf(program: Program): readonly Rule[] {
  // The relay publishes whatever an outbox holds; workers publish dead letters themselves.
  const written =
    program.kind === 'relay' ? Object.values(topics).map(({ name }) => name) : [topics.deadLetterEvents.name];
  return [
    ...program.consumes.map((name) => topic(name, ['Read', 'Describe'])),
    ...(program.consumes.length > 0 ? [group(program.name, ['Read', 'Describe'])] : []),
    ...written.map((name) => topic(name, ['Write', 'Describe'])),
  ];
}

/** Reads what the streams publish and the dead letters, and how far each worker is; its own groups are gone afterwards. */
function auditRules(workers: readonly Program[]): readonly Rule[] {
  const { orderEvents, paymentEvents, inventoryEvents, fraudDetectionEvents, deadLetterEvents } = topics;
  const read = [orderEvents, paymentEvents, inventoryEvents, fraudDetectionEvents, deadLetterEvents].map(
    ({ name }) => name,
  );
  const measured = new Set(workers.flatMap(({ consumes }) => consumes)).difference(new Set(read));
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

function topic(name: string, operations: readonly string[]): Rule {
  return { resource: { type: 'topic', name, patternType: 'literal' }, operations };
}

function group(name: string, operations: readonly string[]): Rule {
  return { resource: { type: 'group', name, patternType: 'literal' }, operations };
}

function addUser(chart: Chart, name: string, acls: readonly Rule[]): void {
  customObject(chart, `user-${name}`, {
    apiVersion: 'kafka.strimzi.io/v1',
    kind: 'KafkaUser',
    name,
    namespace: namespaces.programs,
    labels: { 'strimzi.io/cluster': kafkaNames.cluster },
    annotations: inWave('access'),
    spec: {
      authentication: { type: 'tls' },
      authorization: { type: 'simple', acls: acls.map((rule) => ({ type: 'allow', host: '*', ...rule })) },
    },
  });
}
