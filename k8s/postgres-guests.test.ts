import { expect, it } from 'vitest';
import { changed, shards } from './testing/data-forms.ts';
import { kafkaKinds, ofKind, renderRegion, type Rendered } from './testing/kafka-kinds.ts';

const [[, production]] = kafkaKinds as [(typeof kafkaKinds)[number]];
const rendered = (environment: typeof production, name: string): readonly Rendered[] =>
  renderRegion({ environment, region: environment.regions.find((region) => region.name === name)! });
const named = (objects: readonly Rendered[], kind: string, name: string): any =>
  ofKind(objects, kind).find(({ metadata }) => metadata.name === name);

const host = 'postgres.us-west.internal.meridian.example';
const hostname = 'external-dns.kubernetes.io/hostname';
const guest = rendered(production, 'ap-southeast');

/** The Service before the database, whoever makes it. */
const serviceOf = (objects: readonly Rendered[], form: string) => {
  if (form === 'shards') {
    const { metadata, spec } = named(objects, 'Service', 'postgres-router');
    return { annotations: metadata.annotations, spec };
  }
  const { spec } = named(objects, 'SGShardedCluster', 'streams');
  return {
    annotations: spec.metadata.annotations.coordinatorPrimaryService,
    spec: spec.postgresServices.coordinator.primary,
  };
};

it.each([
  ['citus', production],
  ['shards', changed(shards)],
])('with %s the database of another region is met by one name, over TLS', (form, environment) => {
  const keeper = rendered(environment, 'us-west');
  const { annotations, spec } = serviceOf(keeper, form);
  expect(annotations[hostname]).toBe(host);
  expect(annotations['service.beta.kubernetes.io/aws-load-balancer-scheme']).toBe('internal');
  expect([spec.type, spec.loadBalancerSourceRanges]).toEqual(['LoadBalancer', ['10.19.0.0/16']]);
  expect(named(keeper, 'Certificate', 'postgres-tls').spec.dnsNames).toContain(host);
  const servers = ofKind(keeper, 'SGShardedCluster', 'Deployment').map((object) => object.spec);
  expect(JSON.stringify(servers)).toContain('postgres-tls');
});

it('is met so by programs and by the job that waits for its schema, who know its authority', () => {
  const secret = named(guest, 'ExternalSecret', 'system-postgres');
  const url = new URL(secret.spec.target.template.data.POSTGRES_URL.replace(/\{\{.*?\}\}/, 'secret'));
  expect([url.hostname, url.port, url.searchParams.get('sslmode')]).toEqual([host, '5432', 'verify-full']);
  const file = url.searchParams.get('sslrootcert');
  const users = ofKind(guest, 'Deployment', 'Job').filter(({ spec }) =>
    Object.hasOwn(spec['template'].metadata.labels ?? {}, 'uses.meridian.example/postgres'),
  );
  expect(users.map(({ metadata }) => metadata.name)).toEqual(
    expect.arrayContaining(['order-service', 'await-schema']),
  );
  for (const { spec } of users) {
    const { containers, volumes } = spec['template'].spec;
    const mount = containers[0].volumeMounts.find(({ name }: any) => name === 'postgres-ca');
    expect(`${mount.mountPath}/ca.crt`).toBe(file);
    expect(volumes.find(({ name }: any) => name === 'postgres-ca').secret.secretName).toBe(
      'postgres-authority',
    );
  }
});

it('reads of the other region just the password and the authority that it puts there', () => {
  const read = ofKind(guest, 'ExternalSecret')
    .filter(
      ({ metadata, spec }) =>
        metadata.namespace === 'meridian' && spec['secretStoreRef'].name === 'region-us-west',
    )
    .flatMap(({ spec }) =>
      spec['data'].map(({ remoteRef }: any): string => `${remoteRef.key}#${remoteRef.property}`),
    ) as string[];
  expect(read.toSorted()).toEqual([
    'meridian/production/us-west/postgres-authority#ca.crt',
    'meridian/production/us-west/system-postgres#password',
  ]);
  const { spec } = named(rendered(production, 'us-west'), 'PushSecret', 'postgres-authority');
  // Never the key of the certificate.
  expect(spec.data.map(({ match }: any) => [match.secretKey, match.remoteRef.remoteKey])).toEqual([
    ['ca.crt', 'meridian/production/us-west/postgres-authority'],
  ]);
});

it('is closed where no other region uses it', () => {
  const alone = rendered(production, 'eu-central');
  expect(named(alone, 'SGShardedCluster', 'streams').spec.postgresServices).toBe(undefined);
  expect(ofKind(alone, 'Certificate').map(({ metadata }) => metadata.name)).not.toContain('postgres-tls');
});
