import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { environmentNamed, environments } from '../../environments/index.ts';
import { hubOf } from '../testing/hub.ts';
import { ofKind, renderRegion, type Rendered } from '../testing/kafka-kinds.ts';

type Labelled = Rendered & {
  readonly metadata: { labels: Record<string, string>; annotations?: Record<string, string> };
};

const environment = environmentNamed('production');
const regions = new Map(
  environment.regions.map((region) => [region.name as string, renderRegion({ environment, region })]),
);
/** Standby and home, as production declares them. */
const leans: readonly (readonly [from: string, to: string])[] = [
  ['us-east', 'us-west'],
  ['us-west', 'us-east'],
  ['eu-central', 'us-east'],
  ['ap-southeast', 'us-west'],
];
const names = environment.regions.map(({ name }) => name);
const leanersOf = (name: string): string[] => leans.filter(([, to]) => to === name).map(([from]) => from);
const regionOf = (name: string) => environment.regions.find((region) => region.name === name)!;
const named = (objects: readonly Rendered[], kind: string, name: string): Rendered | undefined =>
  ofKind(objects, kind).find(({ metadata }) => metadata.name === name);
const global = (objects: readonly Rendered[]): string[] =>
  (ofKind(objects, 'Service') as Labelled[])
    .filter(({ metadata }) => metadata.labels['istio.io/global'] === 'true')
    .map(({ metadata }) => metadata.name);
const namesOf = (objects: readonly Rendered[], kind: string): string[] =>
  ofKind(objects, kind).map(({ metadata }) => metadata.name);

describe.each(names)('%s', (name) => {
  const objects = regions.get(name)!;
  const there = leans.filter(([from]) => from === name).map(([, to]) => to);

  it('reads the clusters that it leans on, each by the token made for it there, and no other', () => {
    const secrets = ofKind(objects, 'ExternalSecret').filter(
      ({ spec }) => spec['target'].template?.metadata?.labels?.['istio/multiCluster'] === 'true',
    );
    expect(secrets.map(({ metadata }) => metadata.name)).toEqual(there.map((to) => `mesh-of-${to}`));
    for (const [index, { spec }] of secrets.entries()) {
      const to = there[index]!;
      const [[cluster, kubeconfig]] = Object.entries(spec['target'].template.data) as [[string, string]];
      expect(cluster).toBe(`production-${to}`);
      expect(parse(kubeconfig).clusters[0].cluster.server).toBe(regionOf(to).eastWest!.apiServer);
      const pushed = named(regions.get(to)!, 'PushSecret', `mesh-reader-${name}`)!.spec;
      expect(spec['data'].map(({ remoteRef }: any) => remoteRef)).toEqual(
        pushed['data'].map(({ match: { remoteRef } }: any) => ({
          key: remoteRef.remoteKey,
          property: remoteRef.property,
        })),
      );
    }
  });

  it('shows itself to those that lean on it, and to nobody else', () => {
    const leaners = leanersOf(name);
    const accounts = leaners.map((from) => `mesh-reader-${from}`);
    expect(namesOf(objects, 'PushSecret').filter((one) => one.startsWith('mesh-'))).toEqual(accounts);
    const [binding] = ofKind(objects, 'ClusterRoleBinding') as unknown as { subjects: { name: string }[] }[];
    expect((binding?.subjects ?? []).map((subject) => subject.name)).toEqual(accounts);
    const text = named(objects, 'ConfigMap', 'east-west-options')?.data?.['service'];
    const ranges = leaners.map((from) => regionOf(from).network.range);
    expect(text === undefined ? [] : parse(text).spec.loadBalancerSourceRanges).toEqual(ranges);
    const rules = (named(objects, 'NetworkPolicy', 'east-west')?.spec['ingress'] ?? []) as any[];
    const tunnel = rules.filter(({ ports }) => ports.some(({ port }: any) => port === 15_008));
    expect(tunnel.flatMap(({ from }) => from.map(({ ipBlock }: any) => ipBlock.cidr))).toEqual(ranges);
  });

  it('lets Kong, and nothing else, out to the gateways of those that it leans on', () => {
    const addresses = there.flatMap((to) => regionOf(to).eastWest!.addresses.map((one) => `${one}/32`));
    const out = ofKind(objects, 'NetworkPolicy').flatMap(({ metadata, spec }) =>
      ((spec['egress'] ?? []) as any[])
        .flatMap(({ to }) => to)
        .filter(({ ipBlock }: any) => addresses.includes(ipBlock?.cidr))
        .map(({ ipBlock }: any) => `${metadata.name} ${ipBlock.cidr}`),
    );
    expect(out).toEqual(addresses.map((cidr) => `kong ${cidr}`));
    const remote = ofKind(objects, 'Gateway').filter(
      ({ spec }) => spec['gatewayClassName'] === 'istio-remote',
    ) as Labelled[];
    expect(
      remote.map(({ metadata, spec }) => [
        metadata.labels['topology.istio.io/network'],
        spec['addresses'][0].value,
      ]),
    ).toEqual(there.map((to) => [`production-${to}`, regionOf(to).eastWest!.addresses[0]]));
    // Who answers there must be the gateway, by its namespace and its account.
    for (const { metadata } of remote) {
      const to = there.find((one) => metadata.name.endsWith(one))!;
      const gateway = named(regions.get(to)!, 'Gateway', 'east-west')!;
      expect(metadata.namespace).toBe(gateway.metadata.namespace);
      expect(metadata.annotations!['gateway.istio.io/service-account']).toBe(gateway.metadata.name);
    }
  });

  it('has services span clusters where they are exported or imported, and no other', () => {
    const crossing = new Set([...namesOf(objects, 'ServiceExport'), ...namesOf(objects, 'ServiceImport')]);
    expect(new Set(global(objects))).toEqual(crossing);
    expect(namesOf(objects, 'ServiceExport').length > 0).toBe(leanersOf(name).length > 0);
    // An import leads to somebody who exports it.
    const exported = there.flatMap((to) => namesOf(regions.get(to)!, 'ServiceExport'));
    expect(namesOf(objects, 'ServiceImport').toSorted()).toEqual(exported.toSorted());
    // Here first, and by the name of the Service, without which Kong would know its own cluster's pods only.
    for (const { metadata } of ofKind(objects, 'Service') as Labelled[]) {
      if (!crossing.has(metadata.name)) continue;
      expect(metadata.annotations).toMatchObject({
        'networking.istio.io/traffic-distribution': 'PreferClose',
        'ingress.kubernetes.io/service-upstream': 'true',
      });
    }
  });

  it('signs with an authority of its own under the one root of all', () => {
    const secret = named(objects, 'ExternalSecret', 'cacerts')!;
    const { data } = secret.spec['target'].template;
    expect(data['root-cert.pem']).toBe(environment.meshRoot);
    expect(secret.spec['dataFrom']).toEqual([
      { extract: { key: `meridian/production/${name}/mesh-authority` } },
    ]);
    // There before istiod first starts: of its Application, in an earlier wave.
    const [istiod] = hubOf(environment).filter(
      ({ metadata }) => metadata.name === `production-${name}-istiod`,
    );
    expect(istiod!.spec['sources'][0]).toMatchObject({
      path: `dist/production/${name}`,
      directory: { include: 'trust.yaml' },
    });
    const { annotations } = secret.metadata as Labelled['metadata'];
    expect(Number(annotations!['argocd.argoproj.io/sync-wave'])).toBeLessThan(0);
    const { global: values } = istiod!.spec['sources'][1].helm.valuesObject;
    expect(istiod!.spec['syncPolicy'].managedNamespaceMetadata.labels['topology.istio.io/network']).toBe(
      values.network,
    );
    expect(values).toEqual({
      meshID: 'production',
      multiCluster: { clusterName: `production-${name}` },
      network: `production-${name}`,
    });
  });
});

it('reads of another cluster what the mesh needs, and no secret', () => {
  const roles = [...regions.values()].flatMap((objects) => ofKind(objects, 'ClusterRole')) as unknown as {
    rules: { resources: string[]; verbs: string[] }[];
  }[];
  expect(roles).toHaveLength(2);
  for (const { resources, verbs } of roles.flatMap(({ rules }) => rules)) {
    expect(resources).not.toEqual(expect.arrayContaining(['secrets']));
    expect(resources).not.toEqual(expect.arrayContaining(['configmaps']));
    expect(verbs).toEqual(['get', 'list', 'watch']);
  }
});

it('answers in a region for what does not run there', () => {
  const objects = regions.get('ap-southeast')!;
  const { spec } = named(objects, 'Service', 'shipping-service')!;
  expect(spec['selector']).toBeUndefined();
  expect(named(objects, 'Deployment', 'shipping-service')).toBeUndefined();
  expect(named(objects, 'HTTPRoute', 'shipping-service')).toBeDefined();
});

it('has one root an environment, and no two environments of the same', () => {
  const roots = environments.flatMap(({ meshRoot }) => meshRoot ?? []);
  expect(roots).toHaveLength(2);
  const prints = roots.map((root) => new X509Certificate(root).fingerprint256);
  expect(new Set(prints).size).toBe(roots.length);
});

it('connects nothing where there is one region', () => {
  const dev = environmentNamed('dev');
  const objects = renderRegion({ environment: dev, region: dev.regions[0]! });
  const text = JSON.stringify([...objects, ...hubOf(dev)]);
  expect(text).not.toMatch(
    /east-west|istio-remote|multiCluster|topology\.istio|istio\.io\/global|cacerts|trust\.yaml/,
  );
  expect(text).not.toMatch(/Service(Export|Import)|service-upstream|UPSTREAM_KEEPALIVE/);
});
