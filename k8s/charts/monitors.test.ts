import { expect, it } from 'vitest';
import { environmentNamed } from '../../environments/index.ts';
import { ofKind, renderRegion } from '../testing/kafka-kinds.ts';

const production = environmentNamed('production');

it('reads every part of Strimzi that is told to have metrics, and each is told that is read', () => {
  const place = { environment: production, region: production.regions[0]! };
  const objects = renderRegion(place);
  const read = ofKind(objects, 'PodMonitor').flatMap(({ spec }) =>
    Object.entries(spec['selector'].matchLabels ?? {}).flatMap(([label, name]) =>
      label.startsWith('strimzi.io/') ? [name] : [],
    ),
  );
  const [kafka] = ofKind(objects, 'Kafka');
  const mirrors = ofKind(objects, 'KafkaMirrorMaker2');
  const told = [
    ...(kafka!.spec['kafka'].metricsConfig ? [`${kafka!.metadata.name}-kafka`] : []),
    ...(kafka!.spec['kafkaExporter'] ? [`${kafka!.metadata.name}-kafka-exporter`] : []),
    ...mirrors.flatMap(({ metadata, spec }) => (spec['metricsConfig'] ? [metadata.name] : [])),
  ];
  expect(told).toHaveLength(3);
  expect(new Set(read)).toEqual(new Set(told));
  for (const allowed of [kafka!.spec['kafka'], mirrors[0]!.spec].map(
    ({ metricsConfig }) => metricsConfig.values.allowList as string[],
  )) {
    // The reporter is given one text and cuts it at commas.
    expect(allowed.join('')).not.toContain(',');
  }
  const brokers = [
    'kafka_server_replicamanager_underreplicatedpartitions',
    'kafka_server_raft_metrics_high_watermark',
  ];
  const allowed = new RegExp(`^(?:${kafka!.spec['kafka'].metricsConfig.values.allowList.join('|')})$`);
  for (const name of brokers) expect(name).toMatch(allowed);
  expect('kafka_cluster_partition_underminisr').not.toMatch(allowed);
});
