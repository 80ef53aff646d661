import { numberAt, textAt } from '../../rendered/fields.ts';
import { specOf, type Expand, type System } from '../workload.ts';

const systemOfKind: readonly (readonly [RegExp, System])[] = [
  [/^rds\./, 'postgres'],
  [/^(docdb|mongodbatlas|atlas)\.|atlas/, 'mongo'],
  [/^(kafka|msk|confluent)\.|confluent/, 'kafka'],
  [/^(elasticache|memorydb)\./, 'redis'],
];

/** Databases and brokers that a provider runs, made through Crossplane or a provider's own operator. */
export const expandManaged: Expand = (object) => {
  const system = systemOfKind.find(([pattern]) => pattern.test(object.group))?.[1];
  if (system === undefined || object.group.endsWith('strimzi.io')) return undefined;
  const provided = specOf(object);
  const size = textAt(provided, 'forProvider', 'instanceClass') ?? textAt(provided, 'instanceClass');
  const count = numberAt(provided, 'forProvider', 'numberOfBrokerNodes');
  const what = [object.kind, size, count === undefined ? undefined : `× ${count}`].filter(
    (part) => part !== undefined,
  );
  return { workloads: [], managed: [{ system, object, what: what.join(' ') }], notes: [] };
};
