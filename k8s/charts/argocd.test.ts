import { App, Chart, Testing } from 'cdk8s';
import { expect, it } from 'vitest';
import { environmentNamed } from '../../environments/index.ts';
import type { Environment } from '../../environments/schema.ts';
import { forms, hubOf, kindsOf, type Rendered } from '../testing/hub.ts';
import { hubCharts, regionCharts } from './index.ts';
import { operatorsOf } from './operators.ts';

const production = environmentNamed('production');

const projectOf = (environment: Environment, name: string): Rendered['spec'] =>
  hubOf(environment).find(({ kind, metadata }) => kind === 'AppProject' && metadata.name === name)!.spec;
const named = (list: { group: string; kind: string }[]): string[] =>
  list.map(({ group, kind }) => `${group}/${kind}`);

function allowedBy(environment: Environment) {
  const project = projectOf(environment, `meridian-${environment.name}`);
  return {
    clusterResourceWhitelist: named(project['clusterResourceWhitelist']),
    namespaceResourceWhitelist: named(project['namespaceResourceWhitelist']),
  };
}

// Not rendered by anything of today: see docs/observability.md, and what jobs are for.
const reserved = [
  'batch/Job',
  'monitoring.coreos.com/ServiceMonitor',
  'monitoring.coreos.com/PrometheusRule',
];

it.each(forms)('the project of %s allows every kind that its regions render', (_, environment) => {
  const { ofCluster, ofNamespaces } = kindsOf(environment);
  const { clusterResourceWhitelist, namespaceResourceWhitelist } = allowedBy(environment);
  expect(clusterResourceWhitelist).toEqual(expect.arrayContaining([...ofCluster]));
  expect(namespaceResourceWhitelist).toEqual(expect.arrayContaining([...ofNamespaces]));
});

it('allows nothing that no environment renders, and what others chose to none that did not', () => {
  const rendered = new Set(
    forms.flatMap(([, environment]) => {
      const { ofCluster, ofNamespaces } = kindsOf(environment);
      return [...ofCluster, ...ofNamespaces];
    }),
  );
  const allowed = forms.map(([, environment]) => Object.values(allowedBy(environment)).flat());
  expect(allowed.flat().filter((kind) => !rendered.has(kind) && !reserved.includes(kind))).toEqual([]);
  const [asItIs, , onAurora] = allowed;
  expect(asItIs).not.toContain('rds.aws.upbound.io/Cluster');
  expect(onAurora).not.toContain('kafka.strimzi.io/Kafka');
});

const namesIn = (environment: Environment): string[] =>
  operatorsOf({ environment, region: environment.regions[0]! }).map(({ name }) => name);

it('installs the operators that the environment chose systems for', () => {
  const [asItIs, dev, managed, sharded, clouds] = forms.map(([, environment]) => namesIn(environment));
  expect(asItIs).toEqual(expect.arrayContaining(['kong', 'external-dns', 'prometheus', 'strimzi', 'keda']));
  // What scalers by CPU read, and people who ask what a pod uses.
  for (const names of [asItIs, dev, managed, sharded, clouds]) {
    expect(names).toEqual(expect.arrayContaining(['metrics', 'crossplane', 'reloader']));
  }
  expect(dev).not.toEqual(expect.arrayContaining(['keda']));
  // For the mirrors of MSK; Confluent Cloud has none.
  expect(managed).toEqual(expect.arrayContaining(['strimzi']));
  expect(clouds).not.toEqual(expect.arrayContaining(['strimzi']));
  expect(managed).toEqual(expect.arrayContaining(['private-authority']));
  expect(clouds).toEqual(expect.arrayContaining(['atlas']));
  expect(sharded).toEqual(expect.arrayContaining(['cloudnative-pg']));
  expect(clouds).not.toEqual(expect.arrayContaining(['percona-mongodb']));
});

it('lets the people on call have a region audited where there is an audit, and do nothing else', () => {
  const [role, ...more] = projectOf(production, 'meridian-production')['roles'];
  expect(more).toEqual([]);
  expect(role.groups).toEqual(['meridian-operators']);
  const rights = role.policies.map((policy: string) => policy.split(', '));
  for (const [kind, subject, , , object, effect] of rights) {
    expect([kind, subject, effect]).toEqual(['p', 'proj:meridian-production:on-call', 'allow']);
    expect(object).toMatch(/^meridian-production\/production-[a-z-]+$/);
  }
  const acting = rights.filter(([, , , action]: string[]) => action !== 'get');
  expect(
    acting.map(([, , , action, object]: string[]) => `${action} ${object!.split('/production-')[1]}`),
  ).toEqual(
    ['us-east', 'us-west', 'eu-central'].map((region) => `action/batch/CronJob/create-job ${region}`),
  );
});

it('pins every operator, lets it into its own namespaces only, and tries again a few times', () => {
  const applications = hubOf(production).filter(({ kind }) => kind === 'Application');
  const project = projectOf(production, 'meridian-production-operators');
  expect(applications.length).toBeGreaterThan(4 * 15);
  for (const { metadata, spec } of applications) {
    const sources = (spec['sources'] ?? [spec['source']]) as { targetRevision: string; repoURL: string }[];
    // What it starts with is ours, and there before the chart.
    expect([metadata.name, sources.at(-1)!.targetRevision]).toEqual([
      metadata.name,
      expect.stringMatching(/^v?\d+\.\d+\.\d+$/),
    ]);
    expect(project['destinations']).toContainEqual(spec['destination']);
    for (const { repoURL } of sources) expect(project['sourceRepos']).toContain(repoURL);
    expect(spec['syncPolicy'].retry.limit).toBeGreaterThan(0);
  }
  const destinations = project['destinations'].map((one: object) => JSON.stringify(one));
  expect(new Set(destinations).size).toBe(destinations.length);
});

it('has the API server say what differs, by whose defaults no object is out of sync', () => {
  const sets = hubOf(production).filter(({ kind }) => kind === 'ApplicationSet');
  expect(sets).toHaveLength(2);
  for (const { metadata, spec } of sets.map((set) => set.spec['template'])) {
    expect(metadata.annotations).toEqual({ 'argocd.argoproj.io/compare-options': 'ServerSideDiff=true' });
    expect(spec.syncPolicy.syncOptions).toContain('ServerSideApply=true');
  }
});

it('sees no difference in what scalers and restarts change', () => {
  const [region] = hubOf(production).filter(({ kind }) => kind === 'ApplicationSet');
  const [{ kind, jsonPointers }] = region!.spec['template'].spec.ignoreDifferences;
  expect(kind).toBe('Deployment');
  expect(jsonPointers).toEqual([
    '/spec/replicas',
    '/spec/template/metadata/annotations/reloader.stakater.com~1last-reloaded-from',
  ]);
});

it('has what regions have of each other wait for nothing, and nothing for it', () => {
  const sets = hubOf(production).filter(({ kind }) => kind === 'ApplicationSet');
  const [region, links] = sets.map(({ spec }) => spec['template'].spec);
  expect(region.source.directory).toEqual({ recurse: false, exclude: '{links.yaml,trust.yaml}' });
  expect(links.source).toEqual({ ...region.source, directory: { recurse: false, include: 'links.yaml' } });
  // Tried again is what has no program in it, and then at the pin as it is by then.
  expect([region.syncPolicy.retry, links.syncPolicy.retry.refresh]).toEqual([{ limit: 0 }, true]);
  // A sync of one wave, without hooks and without a namespace to make or things to delete last, waits for no health.
  expect(links.syncPolicy.syncOptions).not.toEqual(
    expect.arrayContaining([expect.stringMatching(/^(CreateNamespace|PruneLast)/)]),
  );
  for (const place of production.regions) {
    const chart = new Chart(new App(), 'links');
    regionCharts['links']!(chart, { environment: production, region: place });
    for (const object of Testing.synth(chart) as { metadata: { annotations?: object } }[])
      expect(JSON.stringify(object.metadata.annotations ?? {})).not.toMatch(/sync-wave|hook/);
  }
  expect(hubOf(environmentNamed('dev')).filter(({ kind }) => kind === 'ApplicationSet')).toHaveLength(1);
});

function waveOf({ metadata }: Rendered): number {
  const { annotations } = metadata as { annotations?: Record<string, string> };
  return Number(annotations?.['argocd.argoproj.io/sync-wave']);
}

it('begins with the operators of all regions, and waits for them before it makes their Applications', () => {
  const objects = hubOf(production);
  const waves = (kind: string): number[] => objects.filter((one) => one.kind === kind).map(waveOf);
  expect(Math.max(...waves('Application'))).toBeLessThan(Math.min(...waves('ApplicationSet')));
  // What the waves go by, and the projects, are there from the beginning.
  const first = Math.min(...waves('Application'));
  expect([...waves('ConfigMap'), ...waves('AppProject')].every((wave) => wave <= first)).toBe(true);
  const chart = new Chart(new App(), 'root');
  hubCharts['root']!(chart, production);
  const [project, root] = Testing.synth(chart) as [Rendered, Rendered];
  const allowed = named(project.spec['namespaceResourceWhitelist']);
  for (const { apiVersion, kind } of objects)
    expect(allowed).toContain(`${apiVersion.includes('/') ? apiVersion.split('/')[0] : ''}/${kind}`);
  expect(root.spec['source']).toMatchObject({
    path: 'dist/production/hub',
    directory: { exclude: 'root.yaml' },
  });
});
