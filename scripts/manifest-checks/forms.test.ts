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

/** What every form orders from AWS by Crossplane, whose definitions are not beside the repository (docs/manifest-checks.md). */
const always = ['.aws.upbound.io', ' aws.upbound.io', 'DeploymentRuntimeConfig'];

type Form = {
  readonly name: string;
  readonly environment: Environment;
  /** The groups of what else is ordered from a provider: there is no definition to check it with. */
  readonly ordered: readonly string[];
};

/** Each form of a data system beside what production has. */
const forms: readonly Form[] = [
  { name: 'Citus, Percona and Strimzi', environment: production, ordered: [] },
  { name: 'Aurora', environment: changed(aurora), ordered: [] },
  { name: 'shards', environment: changed(shards), ordered: [] },
  { name: 'Atlas', environment: changed(atlas), ordered: ['atlas.mongodb.com'] },
  {
    name: 'MSK',
    environment: changed((region) => ({ kafka: msk(region) })),
    ordered: ['awspca.cert-manager.io', 'kafka.m.crossplane.io'],
  },
  { name: 'Confluent Cloud', environment: confluentCloud(), ordered: ['kafka.m.crossplane.io'] },
];

const folder = mkdtempSync(join(tmpdir(), 'meridian-forms-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(forms)('production with $name', ({ name, environment, ordered }) => {
  const outdir = join(folder, name);
  const isOrdered = (text: string): boolean => [...always, ...ordered].some((group) => text.includes(group));

  test('renders, and nothing is wrong in it', () => {
    renderEnvironment(environment, outdir);
    const { findings, unchecked, checked } = checkManifests(readManifests(outdir), catalogue, [environment]);
    expect(findings.map(textOf)).toEqual([]);
    if (!hasSchemas) return;
    for (const { reason, objects } of unchecked) console.info(`${name}: ${objects} not checked: ${reason}`);
    expect(checked).toBeGreaterThan(150 * environment.regions.length);
    expect(unchecked.filter(({ reason }) => !isOrdered(reason))).toEqual([]);
    for (const group of ordered) expect(unchecked.some(({ reason }) => reason.includes(group))).toBe(true);
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
