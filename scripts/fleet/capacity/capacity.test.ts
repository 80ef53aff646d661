import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { documentFigures } from '../document-figures.ts';
import type { JsonObject } from '../../rendered/fields.ts';
import { deployment, fleet, manifest, resources, scaledObject } from '../testing/fleet-fixture.ts';
import { readTree, type EnvironmentTree } from '../tree.ts';
import { compareFigures, type Comparison } from './compare-figures.ts';
import { renderCapacity } from './render.ts';
import { sumsOf, totalOf } from './sums.ts';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
let production: EnvironmentTree = new Map();
let figures: readonly Comparison[] = [];

beforeAll(async () => {
  const tree = await readTree('dist', { repository, environment: 'production' });
  production = tree.environments.get('production')!;
  figures = compareFigures(documentFigures, production);
});

/** What stands in a copy of the tree in which the objects of one kind are changed. */
function changed(kind: string, change: (value: JsonObject) => JsonObject): EnvironmentTree {
  return new Map(
    [...production].map(([region, objects]) => [
      region,
      new Map(
        [...objects].map(([id, object]) => [
          id,
          object.kind === kind ? { ...object, value: change(object.value) } : object,
        ]),
      ),
    ]),
  );
}

function differing(environment: EnvironmentTree): readonly string[] {
  return compareFigures(documentFigures, environment)
    .filter(({ verdict }) => verdict === 'differs')
    .map(({ what, region, difference }) => `${what} ${region}: ${difference}`);
}

const spec = (value: JsonObject, more: JsonObject): JsonObject => ({
  ...value,
  spec: { ...(value['spec'] as JsonObject), ...more },
});
const aurora = (kind: string, name: string) =>
  manifest('rds.aws.upbound.io/v1beta1', kind, name, { spec: {} });
const found = (objects: (region: string) => readonly JsonObject[]) =>
  compareFigures(documentFigures, fleet(objects).environments.get('production')!)
    .filter(({ what, region }) => /^(readReplicas|shards|postgres nodes)$/.test(what) && region === 'us-east')
    .map(({ what, verdict }) => `${what} ${verdict}`);

describe('the rendered production fleet beside the system design', () => {
  it.each([
    ['redis', 54, 432, 1728],
    ['postgres', 93, 744, 1488],
    ['mongo', 144, 1152, 2304],
    ['kafka', 51, 408, 816],
    ['api-gateway', 32, 32, 64],
  ])('%s has %d nodes, %d CPU and %d GiB', (system, nodes, cpu, memoryGib) => {
    const sum = totalOf(sumsOf(production)).find((one) => one.system === system);
    expect([sum?.nodes, sum!.nodeMilliCpu / 1000, sum!.nodeMemoryBytes / 1024 ** 3]).toEqual([
      nodes,
      cpu,
      memoryGib,
    ]);
  });

  it('has every figure of the design, or says why not', () => {
    expect(differing(production)).toEqual([]);
    expect(figures.filter(({ verdict }) => verdict === 'equal').length).toBeGreaterThanOrEqual(70);
    for (const { verdict, difference } of figures)
      if (verdict === 'known') expect(difference).toMatch(/: \w/);
  });

  it('names a difference that comes', () => {
    expect(
      differing(changed('RedisCluster', (value) => spec(value, { clusterSize: 1, redisLeader: {} }))),
    ).toContain('redis nodes us-east: −5');
    expect(differing(changed('KafkaTopic', (value) => spec(value, { partitions: 36 })))).toContain(
      'partitions eu-central: −64',
    );
    expect(
      differing(changed('PredictiveHorizontalPodAutoscaler', (value) => spec(value, { minReplicas: 1 }))),
    ).toContain('order pods us-east: another least');
  });

  it('compares nothing where a region is missing', () => {
    const { environments } = fleet(() => [deployment('a')], { regions: ['us-east'] });
    expect(compareFigures(documentFigures, environments.get('production')!)).toEqual([]);
  });
});

describe('the options of the design', () => {
  it('counts Aurora readers without the writer, and shards', () => {
    const readers = Array.from({ length: 11 }, (_, index) => aurora('ClusterInstance', `i${index}`));
    const shards = Array.from({ length: 50 }, (_, index) =>
      manifest('postgresql.cnpg.io/v1', 'Cluster', `s${index}`, { spec: { instances: 2 } }),
    );
    expect(found(() => [aurora('GlobalCluster', 'g'), ...readers])).toEqual([
      'postgres nodes other-option',
      'readReplicas equal',
      'shards other-option',
    ]);
    expect(found(() => shards).slice(1)).toEqual(['readReplicas other-option', 'shards equal']);
  });
});

describe('the tables', () => {
  it('show ranges, node pools and what is left out', () => {
    const pool = manifest('karpenter.sh/v1', 'NodePool', 'programs', {
      spec: {
        limits: { cpu: '10', memory: '20Gi' },
        template: { metadata: { labels: { pool: 'programs' } }, spec: {} },
      },
    });
    const silent = manifest('kafka.strimzi.io/v1', 'Kafka', 'events', { spec: { kafkaExporter: {} } });
    const plain = deployment('order', { memory: '1Gi' });
    const onPool = JSON.parse(
      JSON.stringify(plain).replace('"containers":', '"nodeSelector":{"pool":"programs"},"containers":'),
    ) as JsonObject;
    const redis = manifest('redis.redis.opstreelabs.in/v1beta2', 'RedisReplication', 'r', {
      spec: { clusterSize: 3, kubernetesConfig: { resources: resources('8', '32Gi') } },
    });
    const { environments } = fleet(() => [pool, silent, onPool, scaledObject('order', 4, 12), redis], {
      regions: ['us-east'],
    });
    const regions = sumsOf(environments.get('production')!);
    const lines = renderCapacity({ environment: 'production', regions, figures: [] }).split('\n');
    const row = (text: string) =>
      lines
        .find((line) => line.includes(text))
        ?.replaceAll(/[│\s]+/g, ' ')
        .trim();
    expect(row('programs ')).toBe('us-east programs 4–12 1–3 4 GiB–12 GiB');
    expect(row('redis')).toBe('us-east redis 3 3 24 96 GiB');
    expect(row(' of 10')).toBe('us-east programs 3 of 10 12 GiB of 20 GiB');
    expect(lines.at(-1)).toBe('  Kafka events, exporter: no CPU requested (us-east)');
  });
});
