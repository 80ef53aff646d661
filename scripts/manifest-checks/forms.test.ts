import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { environmentNamed } from '../../environments/index.ts';
import type { Environment } from '../../environments/schema.ts';
import { renderEnvironment } from '../../k8s/render.ts';
import { atlas, aurora, changed, shards } from '../../k8s/testing/data-forms.ts';
import { confluentCloud, msk } from '../../k8s/testing/kafka-kinds.ts';
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

type Form = {
  readonly name: string;
  readonly environment: Environment;
  /** Groups of what it orders, whose definitions are not beside the repository (docs/manifest-checks.md). */
  readonly ordered: readonly string[];
};

/** Each form of a data system beside what production has. */
const forms: readonly Form[] = [
  { name: 'Citus, Percona and Strimzi', environment: production, ordered: ['iam.aws.upbound.io'] },
  { name: 'Aurora', environment: changed(aurora), ordered: ['rds.aws.upbound.io'] },
  { name: 'shards', environment: changed(shards), ordered: ['s3.aws.upbound.io'] },
  { name: 'Atlas', environment: changed(atlas), ordered: ['atlas.mongodb.com'] },
  {
    name: 'MSK',
    environment: changed((region) => ({ kafka: msk(region) })),
    ordered: ['kafka.aws.upbound.io', 'awspca.cert-manager.io', 'acl.kafka.m.crossplane.io'],
  },
  { name: 'Confluent Cloud', environment: confluentCloud(), ordered: ['topic.kafka.m.crossplane.io'] },
];

const folder = mkdtempSync(join(tmpdir(), 'meridian-forms-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(forms)('production with $name', ({ name, environment, ordered }) => {
  const outdir = join(folder, name);

  test('renders, and nothing is wrong in it', () => {
    renderEnvironment(environment, outdir);
    const { findings, unchecked, checked, own } = checkManifests(readManifests(outdir), catalogue, [
      environment,
    ]);
    expect(findings.map(textOf)).toEqual([]);
    if (!hasSchemas) return;
    expect(checked).toBeGreaterThan(150 * environment.regions.length);
    expect(unchecked).toEqual([]);
    for (const group of ordered) expect(own.some(({ kind }) => kind.startsWith(`${group}/`))).toBe(true);
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
    expect([...rendered].filter((kind) => !allowed.includes(kind))).toEqual([]);
  });
});
