import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { environmentNamed } from '../../environments/index.ts';
import { defineEnvironment, type Region } from '../../environments/schema.ts';
import { renderEnvironment } from '../../k8s/render.ts';
import { checkManifests } from './check.ts';
import { listAt, shown } from '../rendered/fields.ts';
import { readManifests } from './read-manifests.ts';
import { isFolder, openCatalogue } from './schemas/sources.ts';
import { textOf } from './testing/region.ts';

// Beside the repository or not at all: without them the names and rules are still checked.
const folders = { openapi: ['../shared/openapi'], crds: ['../shared/crds'] };
const hasSchemas = isFolder(folders.openapi[0]!) && isFolder(folders.crds[0]!);

const catalogue = openCatalogue(hasSchemas ? folders : { openapi: [], crds: [] });

const production = environmentNamed('production');
const backup = (region: Region, what: string) => ({
  schedule: '0 3 * * *',
  retentionDays: 30,
  bucket: `backups-${region.name}-${what}`,
});
const disk = { storageGiB: 100, storageClass: 'meridian-ssd' };

type Change = (region: Region) => Partial<Region>;
const aurora: Change = () => ({
  database: {
    kind: 'aurora-global',
    instanceClass: 'db.r7g.2xlarge',
    readReplicas: 10,
    primaryRegion: 'us-east',
    backup: { retentionDays: 30, window: '03:00-04:00' },
  },
});
const shards: Change = (region) => ({
  database: {
    kind: 'sharded',
    shards: 50,
    instancesPerShard: 2,
    node: { cpu: 2, memoryGiB: 8 },
    ...disk,
    pooler: { replicas: 2, node: { cpu: 0.5, memoryGiB: 0.5 }, poolSize: 100 },
    router: {
      image: `ghcr.io/pgdogdev/pgdog@sha256:${'0'.repeat(64)}`,
      replicas: 4,
      node: { cpu: 4, memoryGiB: 4 },
      poolSize: 50,
    },
    backup: backup(region, 'postgres'),
  },
});
const atlas: Change = () => ({ mongo: { kind: 'atlas', shards: 12, instanceSize: 'M50' } });
const msk: Change = () => ({
  kafka: { kind: 'msk', brokers: 15, instanceType: 'kafka.m7g.2xlarge', storageGiB: 2000 },
});
const confluent: Change = () => ({ kafka: { kind: 'confluent-cloud', cku: 4 } });

type Form = {
  readonly name: string;
  readonly change: Change;
  /** The groups of what is ordered from a provider: there is no definition to check it with. */
  readonly ordered: readonly string[];
  /** Known to be wrong (README, "Not proven here"). */
  readonly known?: RegExp;
};

// Where Kafka is not Strimzi's, the programs still look for its Service and Secrets, and Argo CD refuses its kinds.
const known =
  /events-kafka-bootstrap|events-cluster-ca-cert|Secret meridian\/kafka-lag|^(kafka\.aws|confluent)/;

/** Each form of a data system beside what production has. */
const forms: readonly Form[] = [
  { name: 'Citus, Percona and Strimzi', change: () => ({}), ordered: [] },
  { name: 'Aurora', change: aurora, ordered: ['rds.aws.upbound.io'] },
  { name: 'shards', change: shards, ordered: [] },
  { name: 'Atlas', change: atlas, ordered: ['atlas.mongodb.com'] },
  { name: 'MSK', change: msk, ordered: ['kafka.aws.upbound.io'], known },
  { name: 'Confluent Cloud', change: confluent, ordered: ['confluent'], known },
];

const folder = mkdtempSync(join(tmpdir(), 'meridian-forms-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(forms)('production with $name', ({ name, change, ordered, known: knownWrong }) => {
  // A region that is no home has no database of its own, whatever its form.
  const regions = production.regions.map((region) => {
    const { database = region.database, ...others } = change(region);
    return { ...region, ...others, database: region.database.kind === 'remote' ? region.database : database };
  });
  const environment = defineEnvironment({ ...production, regions });
  const outdir = join(folder, name);
  const unexpected = (problems: readonly string[]): readonly string[] =>
    problems.filter((problem) => knownWrong?.test(problem) !== true);
  const isOrdered = (text: string): boolean => ordered.some((group) => text.includes(group));

  test('renders, and nothing is wrong in it', () => {
    renderEnvironment(environment, outdir);
    const { findings, unchecked, checked } = checkManifests(readManifests(outdir), catalogue, [environment]);
    expect(unexpected(findings.map(textOf))).toEqual([]);
    if (!hasSchemas) return;
    for (const { reason, objects } of unchecked) console.info(`${name}: ${objects} not checked: ${reason}`);
    expect(checked).toBeGreaterThan(600);
    expect(unchecked.filter(({ reason }) => !isOrdered(reason))).toEqual([]);
    expect(unchecked.length > 0).toBe(ordered.length > 0);
  }, 60_000);

  test('has no kind that the project of Argo CD refuses', () => {
    const { manifests } = readManifests(outdir);
    const project = manifests.find(({ object }) => object.kind === 'AppProject')!.object;
    const allowed = ['clusterResourceWhitelist', 'namespaceResourceWhitelist'].flatMap((list) =>
      listAt(project, 'spec', list).map(({ group, kind }) => `${shown(group)}/${shown(kind)}`),
    );
    const rendered = new Set(
      manifests
        .filter(({ region }) => region !== 'hub')
        .map(({ object: { apiVersion, kind } }) => {
          const [group, version] = apiVersion.split('/');
          return `${version === undefined ? '' : group}/${kind}`;
        }),
    );
    expect(unexpected([...rendered].filter((kind) => !allowed.includes(kind)))).toEqual([]);
  });
});
