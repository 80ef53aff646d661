import { createHash } from 'node:crypto';
import type { SystemName } from '../platform/resources.ts';
import { observabilityNames } from './names.ts';
import { programPorts, type Place } from './place.ts';
import { citusOf, ownAddressesOf } from './system-addresses.ts';
import { plainVariablesOf, secretVariablesOf } from './system-variables.ts';

/** The ConfigMap that every process reads, whatever it needs. */
export const processConfig = 'process';

/** What is in it. */
export function processVariablesOf(place: Place): Readonly<Record<string, string>> {
  const { environment, region } = place;
  return {
    REGION: region.name,
    PARTITIONS: String(environment.partitions),
    LOG_LEVEL: environment.logLevel,
    HOST: '0.0.0.0',
    PORT: String(programPorts.http),
    METRICS_PORT: String(programPorts.metrics),
    KAFKA_COMPRESSION: environment.kafkaCompression,
    // Each form of database takes them: its poolers have max_prepared_statements.
    POSTGRES_PREPARED: 'on',
    POSTGRES_BY_BUCKET: citusOf(place) ? 'on' : 'off',
    OTEL_EXPORTER_OTLP_ENDPOINT: observabilityNames.otlp,
    TRACE_SAMPLE_RATIO: String(environment.traceSampleRatio),
  };
}

/**
 * The annotation of a pod that changes with what is configured: a ConfigMap that changes restarts nobody, and a region would
 * count as healthy at a revision whose variables no process has read yet.
 */
export function configurationStamp(configuration: unknown): Record<string, string> {
  const hash = createHash('sha256').update(JSON.stringify(configuration)).digest('hex');
  return { 'meridian.example/configuration': hash.slice(0, 12) };
}

/**
 * What a program with these systems is configured by. Without what only names the region, so that a change of all regions is
 * the same change in each of them; of secrets how they are put together, since their values are not known here.
 */
export function configurationOf(systems: readonly SystemName[], place: Place): unknown {
  const { REGION: _, ...variables } = processVariablesOf(place);
  return [
    variables,
    systems.map((system) => [
      plainVariablesOf(system, place),
      secretVariablesOf(system),
      ownAddressesOf(system, place),
    ]),
  ];
}
