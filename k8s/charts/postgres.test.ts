import { App, Chart, Testing } from 'cdk8s';
import { expect, it } from 'vitest';
import { environmentNamed, environments } from '../../environments/index.ts';
import type { Environment, Region } from '../../environments/schema.ts';
import { addPostgres } from './postgres.ts';
import { postgresSettings } from './postgres-settings.ts';

const production = environmentNamed('production');
type Rendered = { kind: string; metadata: { name: string } } & Record<string, any>;

function rendered(region: Region, environment: Environment = production): Rendered[] {
  const chart = new Chart(new App(), 'test');
  addPostgres(chart, { environment, region });
  return Testing.synth(chart) as Rendered[];
}

const sharded = (shards: number): Rendered[] =>
  rendered({
    ...production.regions[0]!,
    database: {
      kind: 'sharded',
      shards,
      instancesPerShard: 2,
      node: { cpu: 2, memoryGiB: 8 },
      storageGiB: 100,
      storageClass: 'meridian-ssd',
      pooler: { replicas: 2, node: { cpu: 1, memoryGiB: 1 }, poolSize: 100 },
      router: { image: 'pgdog', replicas: 3, node: { cpu: 4, memoryGiB: 4 }, poolSize: 50 },
      backup: { schedule: '0 3 * * *', retentionDays: 30, bucket: 'backups' },
    },
  });

it('gives PostgreSQL a connection for each that the poolers may open, and memory for them all', () => {
  for (const environment of environments) {
    for (const region of environment.regions) {
      const { database } = region;
      if (database.kind !== 'citus') continue;
      const settings = rendered(region, environment).find(({ kind }) => kind === 'SGPostgresConfig');
      const conf = settings!['spec']['postgresql.conf'];
      expect(Number(conf.max_connections)).toBeGreaterThan(database.poolSize);
      const megabytes = (name: string): number => Number.parseInt(conf[name], 10);
      const most = megabytes('shared_buffers') + Number(conf.max_connections) * megabytes('work_mem');
      expect(most).toBeLessThanOrEqual(database.node.memoryGiB * 1024);
    }
  }
});

it('makes the owner where Citus takes it to the workers, which the coordinator asks as that role', () => {
  const objects = rendered(production.regions[0]!);
  const [script] = objects.find(({ kind }) => kind === 'SGScript')!['spec'].scripts;
  const cluster = objects.find(({ kind }) => kind === 'SGShardedCluster')!;
  expect(script).toMatchObject({
    database: cluster['spec'].database,
    wrapInTransaction: 'read-committed',
    retryOnError: true,
  });
  const { name, key } = script.scriptFrom.secretKeyRef;
  const secret = objects.find(({ kind, metadata }) => kind === 'ExternalSecret' && metadata.name === name)!;
  const sql = secret['spec'].target.template.data[key] as string;
  expect(sql).toContain('create role meridian login password');
  expect(sql).toMatch(
    /insert into pg_dist_authinfo \(nodeid, rolename, authinfo\)\n {2}select 0, 'meridian'/,
  );
});

it('archives the log every minute, on Citus and on shards', () => {
  const [cluster] = sharded(50).filter(({ kind }) => kind === 'Cluster');
  expect(cluster!['spec'].postgresql.parameters.archive_timeout).toBe('60s');
  expect(postgresSettings({ cpu: 8, memoryGiB: 16 }, 400)['archive_timeout']).toBe('60s');
});

it('has each bucket on exactly one shard, and a pooler behind each shard of the router', () => {
  for (const shards of [1, 50, 99, 100]) {
    const objects = sharded(shards);
    const settings = objects.find(({ kind }) => kind === 'ConfigMap')!['data']['pgdog.toml'] as string;
    const values = [...settings.matchAll(/^values = \[(.+)\]$/gm)].map(([, list]) =>
      list!.split(', ').map(Number),
    );
    expect(values).toHaveLength(shards);
    expect(values.flat().toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 100 }, (_, bucket) => bucket),
    );
    const poolers = objects.filter(({ kind }) => kind === 'Pooler').map(({ metadata }) => metadata.name);
    const hosts = [...settings.matchAll(/^host = "(.+)\.meridian-data\.svc"$/gm)].map(([, host]) => host);
    expect(hosts).toEqual(poolers);
  }
});

it('keeps the backups of each shard in a path of its own, from the first day', () => {
  const objects = sharded(50);
  const paths = objects
    .filter(({ kind }) => kind === 'Cluster')
    .map(({ spec }) => spec.backup.barmanObjectStore.destinationPath);
  expect(new Set(paths).size).toBe(50);
  const scheduled = objects.filter(({ kind }) => kind === 'ScheduledBackup');
  expect(scheduled.map(({ spec }) => [spec.schedule, spec.immediate])).toEqual(
    Array.from({ length: 50 }, () => ['0 0 3 * * *', true]),
  );
});
