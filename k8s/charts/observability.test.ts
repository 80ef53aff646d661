import { App, Chart, Testing } from 'cdk8s';
import { expect, it } from 'vitest';
import { environmentNamed } from '../../environments/index.ts';
import type { Environment } from '../../environments/schema.ts';
import { addObservability } from './observability.ts';

type Rendered = { kind: string; metadata: { name: string }; spec: Record<string, any> };
type Pipeline = Record<'receivers' | 'processors' | 'exporters', string[]>;

const production = environmentNamed('production');

function rendered(environment: Environment = production): Rendered[] {
  const chart = new Chart(new App(), 'test');
  addObservability(chart, { environment, region: environment.regions[0]! });
  return Testing.synth(chart) as Rendered[];
}
const ofKind = (objects: Rendered[], kind: string): Rendered[] => objects.filter((one) => one.kind === kind);

it('has pipelines of parts that the collector has, and none of its parts is idle', () => {
  const collectors = ofKind(rendered(), 'OpenTelemetryCollector');
  for (const { metadata, spec } of collectors) {
    const { service, ...config } = spec['config'];
    const pipelines = Object.values<Pipeline>(service.pipelines);
    for (const part of ['receivers', 'processors', 'exporters'] as const) {
      const used = new Set(pipelines.flatMap((pipeline) => pipeline[part]));
      expect([metadata.name, part, [...used].toSorted()]).toEqual([
        metadata.name,
        part,
        Object.keys(config[part]).toSorted(),
      ]);
    }
  }
  const signals = collectors.map(({ spec }) => Object.keys(spec['config'].service.pipelines).toSorted());
  expect(signals).toEqual([['logs', 'metrics', 'traces'], ['logs']]);
});

it('gives Jaeger and the collector their own users, under the names by which they look', () => {
  const objects = rendered();
  const keysOf = (name: string): string[] =>
    Object.keys(
      ofKind(objects, 'ExternalSecret').find(({ metadata }) => metadata.name === name)!.spec['target']
        .template.data,
    );
  const [jaeger] = ofKind(objects, 'Jaeger');
  expect(keysOf(jaeger!.spec['storage'].secretName)).toEqual(
    expect.arrayContaining(['ES_USERNAME', 'ES_PASSWORD', 'username', 'password', 'roles', 'roles.yml']),
  );
  const mounted = jaeger!.spec['volumeMounts'][0].mountPath as string;
  expect(jaeger!.spec['storage'].options.es.tls.ca).toBe(`${mounted}/ca.crt`);
  const [elastic] = ofKind(objects, 'Elasticsearch');
  const realm = elastic!.spec['auth'].fileRealm.map((one: { secretName: string }) => one.secretName);
  expect(realm).toEqual(['elastic-jaeger', 'elastic-collector']);
});

it('keeps logs and traces for as long as the environment says', () => {
  const { observability } = production;
  const objects = rendered({ ...production, observability: { ...observability, logDays: 23, traceDays: 5 } });
  const [elastic] = ofKind(objects, 'Elasticsearch');
  expect(JSON.stringify(elastic)).toContain('23d');
  const [jaeger] = ofKind(objects, 'Jaeger');
  expect(jaeger!.spec['storage'].esIndexCleaner.numberOfDays).toBe(5);
});
