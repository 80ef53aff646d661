import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { readProcessConfiguration } from '../composition/configuration.ts';
import { environments } from '../environments/index.ts';
import { gateways } from '../gateways/index.ts';
import { tasks, workers } from '../workers/index.ts';
import { namespaces } from './place.ts';
import { programsOf } from './programs.ts';
import { renderEnvironment } from './render.ts';

type Rendered = {
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
} & Record<string, any>;

const folder = mkdtempSync(join(tmpdir(), 'meridian-render-'));
const places = environments.flatMap((environment) =>
  environment.regions.map((region) => ({ environment, region })),
);
const pathOf = ({ environment, region }: (typeof places)[number]): string =>
  `${environment.name}/${region.name}`;
const objects = new Map<string, Rendered[]>();

beforeAll(() => {
  for (const environment of environments) renderEnvironment(environment, folder);
  for (const place of places) objects.set(pathOf(place), read(join(folder, pathOf(place))));
});
afterAll(() => rmSync(folder, { recursive: true }));

function readsSecrets({ containers, volumes = [] }: any): boolean {
  const sources = containers.flatMap(({ env = [], envFrom = [] }: any) => [
    ...env.map(({ valueFrom }: any) => valueFrom?.secretKeyRef),
    ...envFrom.map(({ secretRef }: any) => secretRef),
  ]);
  return [...sources, ...volumes.map(({ secret }: any) => secret)].some((source) => source !== undefined);
}

describe.each(places.map((place) => [pathOf(place), place] as const))('%s', (path, place) => {
  const ofKind = (...kinds: string[]): Rendered[] =>
    objects.get(path)!.filter(({ kind }) => kinds.includes(kind));
  const programDeployments = (): Rendered[] =>
    ofKind('Deployment').filter(({ metadata }) => metadata.namespace === namespaces.programs);

  it('is what is committed in dist', () => {
    expect(filesOf(join(folder, path))).toEqual(filesOf(join('dist', path)));
  });

  it('deploys every program that belongs there, once', () => {
    const names = programDeployments().map(({ metadata }) => metadata.name);
    expect(names.toSorted()).toEqual(
      programsOf(place)
        .map(({ name }) => name)
        .toSorted(),
    );
  });

  it('restarts what reads a Secret when the Secret changes, and nothing else', () => {
    for (const { metadata, spec } of ofKind('Deployment')) {
      const restarts = metadata.annotations?.['secret.reloader.stakater.com/auto'] === 'true';
      expect([metadata.name, restarts]).toEqual([metadata.name, readsSecrets(spec.template.spec)]);
    }
  });

  it('has exactly one horizontal scaler or one number of replicas for each', () => {
    const scaled = ofKind('HorizontalPodAutoscaler', 'PredictiveHorizontalPodAutoscaler', 'ScaledObject').map(
      ({ spec }) => spec.scaleTargetRef.name as string,
    );
    for (const { metadata, spec } of ofKind('Deployment')) {
      const scalers = scaled.filter((name) => name === metadata.name).length;
      expect([metadata.name, scalers + (spec.replicas === undefined ? 0 : 1)]).toEqual([metadata.name, 1]);
    }
  });

  it('gives each process variables that its own configuration accepts', () => {
    const data = new Map(ofKind('ConfigMap').map(({ metadata, data: values }) => [metadata.name, values]));
    const secrets = new Map(
      ofKind('ExternalSecret').map(({ spec }) => [
        spec.target.name as string,
        spec.target.template
          ? Object.keys(spec.target.template.data)
          : ((spec.data ?? []).map(({ secretKey }: { secretKey: string }) => secretKey) as string[]),
      ]),
    );
    for (const { metadata, spec } of programDeployments()) {
      const [container] = spec.template.spec.containers;
      const variables: Record<string, string> = {};
      for (const { configMapRef, secretRef } of container.envFrom) {
        if (configMapRef) Object.assign(variables, required(data, configMapRef.name));
        for (const key of secretRef ? required(secrets, secretRef.name) : []) variables[key] = sample(key);
      }
      const [kind, name] = container.args as [string, string | undefined];
      const declared = [...gateways, ...workers, ...tasks].filter((part) => part.name === name);
      expect([metadata.name, kind === 'relay' ? 1 : declared.length]).toEqual([metadata.name, 1]);
      const { systems } = programsOf(place).find((program) => program.name === metadata.name)!;
      readProcessConfiguration(
        declared.flatMap(({ needs }) => needs),
        systems,
        kind === 'gateway',
        variables,
      );
    }
  });

  it('lets every proxy hear of the end of a gateway before it stops listening, and then finish', () => {
    for (const { metadata, spec } of programDeployments()) {
      const { containers, terminationGracePeriodSeconds } = spec.template.spec;
      const isGateway = containers[0].args[0] === 'gateway';
      const seconds = containers[0].lifecycle?.preStop.sleep.seconds ?? 0;
      expect([metadata.name, seconds >= 5]).toEqual([metadata.name, isGateway]);
      // What composition/process.ts takes at the most, and some seconds.
      expect(terminationGracePeriodSeconds - seconds).toBeGreaterThanOrEqual(25);
    }
  });
});

/** What the pods of a cluster's programs say of their configuration, by program. */
const stamps = (at: string): Map<string, string> =>
  new Map(
    read(at)
      .filter(({ kind, metadata }) => kind === 'Deployment' && metadata.namespace === namespaces.programs)
      .map(({ metadata, spec }) => [
        metadata.name,
        spec.template.metadata.annotations['meridian.example/configuration'] as string,
      ]),
  );

it('restarts the programs that read what has changed, and no others', () => {
  const changedBy = (change: (environment: any) => void): string[] => {
    const copy = structuredClone(environments.find(({ name }) => name === 'production')!);
    change(copy);
    const other = mkdtempSync(join(folder, 'changed-'));
    renderEnvironment(copy, other);
    const before = stamps(join(folder, 'production/us-east'));
    const after = stamps(join(other, 'production/us-east'));
    expect(after.size).toBe(before.size);
    return [...after].filter(([name, stamp]) => before.get(name) !== stamp).map(([name]) => name);
  };
  expect(changedBy((environment) => (environment.logLevel = 'warn'))).toHaveLength(
    programsOf(places.find((place) => pathOf(place) === 'production/us-east')!).length,
  );
  const ofKafka = changedBy((environment) => {
    environment.regions[0].kafka = {
      ...environment.regions[0].kafka,
      kind: 'confluent-cloud',
      bootstrapServers: ['broker.example:9092'],
    };
  });
  expect(ofKafka).toContain('reserve-stock');
  expect(ofKafka).not.toContain('product-service');
  expect(changedBy((environment) => (environment.apiLimits.requestsPerMinute += 1))).toEqual([]);
  // The same in each region that is configured alike: one line of the diff, not four.
  expect(stamps(join(folder, 'production/us-west'))).toEqual(stamps(join(folder, 'production/us-east')));
});

it('renders the same bytes again', () => {
  const again = join(folder, 'again');
  for (const environment of environments) renderEnvironment(environment, again);
  for (const place of places) {
    expect(filesOf(join(again, pathOf(place)))).toEqual(filesOf(join(folder, pathOf(place))));
  }
});

it('scales the order service of production as the system design says', () => {
  const scaler = objects
    .get('production/us-east')!
    .find(({ metadata, kind }) => kind.startsWith('Predictive') && metadata.name === 'order-service-phpa');
  expect(scaler?.['spec']).toMatchObject({ minReplicas: 16, maxReplicas: 40 });
  expect(scaler?.['spec'].metrics[0].resource.target.averageUtilization).toBe(70);
});

function read(path: string): Rendered[] {
  return Object.values(filesOf(path)).flatMap((text) =>
    parseAllDocuments(text).map((document) => document.toJS() as Rendered),
  );
}

function filesOf(path: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(path)
      .toSorted()
      .map((name) => [name, readFileSync(join(path, name), 'utf8')]),
  );
}

function required<Value>(map: ReadonlyMap<string, Value>, name: string): Value {
  const value = map.get(name);
  if (value === undefined) throw new Error(`nothing defines ${name}`);
  return value;
}

/** A well-formed value for a variable that only the secret store knows. */
function sample(variable: string): string {
  const protocols: Record<string, string> = {
    POSTGRES_URL: 'postgres',
    MONGO_URL: 'mongodb',
    SMTP_URL: 'smtps',
    SMTP_SINK_URL: 'https',
    PAYMENT_PROVIDER_URL: 'https',
  };
  const protocol = protocols[variable];
  return protocol === undefined ? 'x'.repeat(40) : `${protocol}://host.example/path`;
}

it('renders no kind that the project of Argo CD refuses', () => {
  for (const environment of environments) {
    const hub = read(join(folder, environment.name, 'hub'));
    const project = hub.find(
      ({ kind, metadata }) => kind === 'AppProject' && metadata.name === `meridian-${environment.name}`,
    );
    const allowed = new Set(
      [...project!['spec'].clusterResourceWhitelist, ...project!['spec'].namespaceResourceWhitelist].map(
        ({ group, kind }: { group: string; kind: string }) => `${group}/${kind}`,
      ),
    );
    for (const { name } of environment.regions) {
      for (const object of objects.get(`${environment.name}/${name}`)!) {
        const version = String(object['apiVersion']);
        const group = version.includes('/') ? version.split('/')[0] : '';
        expect([...allowed]).toContain(`${group}/${object.kind}`);
      }
    }
  }
});
