import { App, Chart, Testing } from 'cdk8s';
import { expect, it } from 'vitest';
import { environmentNamed, environments } from '../../environments/index.ts';
import type { Environment } from '../../environments/schema.ts';
import { apiHosts } from '../names.ts';
import type { Place } from '../place.ts';
import { aurora, changed, shards } from '../testing/data-forms.ts';
import { msk, ofKind, renderRegion, type Rendered } from '../testing/kafka-kinds.ts';
import { addArgocd } from './argocd.ts';

const production = environmentNamed('production');
const placesOf = (environment: Environment): Place[] =>
  environment.regions.map((region) => ({ environment, region }));
const ordered = changed((region) => ({ ...aurora(region), kafka: msk(region) }));
const all = [...environments, changed(shards), ordered].flatMap(placesOf);
const named = all.map((place) => [`${place.environment.name} ${place.region.name}`, place] as const);
const provided = ({ spec }: Rendered): Record<string, any> => spec['forProvider'] as Record<string, any>;
const isCloud = ({ apiVersion }: Rendered): boolean => apiVersion.includes('.aws.upbound.io/');

/** All values below a field of any depth with this name. */
function valuesOf(value: unknown, field: string): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    ...(key === field ? [inner] : []),
    ...valuesOf(inner, field),
  ]);
}

it.each(named)('%s: what refers to something of AWS finds it in the same cluster', (_, place) => {
  const objects = renderRegion(place).filter(isCloud);
  const names = new Set(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`));
  const kinds: Record<string, string> = {
    bucketRef: 'Bucket',
    clusterIdentifierRef: 'Cluster',
    roleRef: 'Role',
    nodeRoleArnRef: 'Role',
    serviceAccountRoleArnRef: 'Role',
    healthCheckIdRef: 'HealthCheck',
    vpcPeeringConnectionIdRef: 'VPCPeeringConnection',
    kmsKeyIdRef: 'Key',
    dbSubnetGroupNameRef: 'SubnetGroup',
    securityGroupIdRef: 'SecurityGroup',
    vpcSecurityGroupIdRefs: 'SecurityGroup',
  };
  const references = objects.flatMap((object) =>
    Object.entries(provided(object)).filter(
      ([field]) => /Refs?$/.test(field) && !field.endsWith('SecretRef'),
    ),
  );
  expect(references.length).toBeGreaterThan(15);
  for (const [field, value] of references) {
    for (const { name } of [value].flat()) expect(names).toContain(`${kinds[field]} ${name}`);
  }
});

it.each(named)('%s: every bucket that a backup names is there, private, and never deleted', (_, place) => {
  const objects = renderRegion(place);
  const written = objects
    .filter((object) => !isCloud(object))
    .flatMap(({ spec }) => [
      ...valuesOf(spec, 'bucket'),
      ...valuesOf(spec, 'destinationPath').map((path) => String(path).split('/')[2]),
    ]);
  const buckets = ofKind(objects, 'Bucket');
  expect(new Set(buckets.map(({ metadata }) => metadata.name))).toEqual(new Set(written));
  for (const bucket of buckets) {
    expect(bucket.spec['deletionPolicy']).toBe('Orphan');
    expect(provided(bucket)['region']).toBe(place.region.cloudRegion);
    const [block] = ofKind(objects, 'BucketPublicAccessBlock').filter(
      ({ metadata }) => metadata.name === bucket.metadata.name,
    );
    expect(provided(block!)).toMatchObject({ blockPublicAcls: true, restrictPublicBuckets: true });
  }
});

it.each(named)('%s: each role that pods take on is declared, and trusts them alone', (_, place) => {
  const objects = renderRegion(place);
  const chart = new Chart(new App(), 'hub');
  addArgocd(chart, place.environment);
  const operators = (Testing.synth(chart) as Rendered[]).filter(
    ({ kind, spec }) => kind === 'Application' && spec['destination'].name === place.region.cluster,
  );
  const asked = new Set(
    [...objects, ...operators].flatMap((object) => valuesOf(object, 'eks.amazonaws.com/role-arn')),
  );
  const roles = ofKind(objects, 'Role').filter(isCloud);
  const arns = roles.map(({ metadata }) => `arn:aws:iam::111122223333:role/${metadata.name}`);
  // Crossplane's own is made by hand; those of add-ons and nodes are given by reference.
  const given = ['disks', 'network', 'node'].map((purpose) => `${place.region.cluster}-${purpose}`);
  expect(new Set([...asked].filter((arn) => !String(arn).endsWith('-crossplane')))).toEqual(
    new Set(arns.filter((arn) => !given.some((name) => arn.endsWith(`/${name}`)))),
  );
  for (const { metadata, ...role } of roles) {
    expect(metadata.name.length).toBeLessThanOrEqual(64);
    const { Statement } = JSON.parse(provided({ metadata, ...role })['assumeRolePolicy']);
    if (metadata.name.endsWith('-node')) continue;
    const subject = `${place.region.identityProvider}:sub`;
    const { StringEquals, StringLike } = Statement[0].Condition;
    expect((StringLike ?? StringEquals)[subject]).toMatch(/^system:serviceaccount:[a-z-]+:[a-z*-]+$/);
    expect(StringEquals[`${place.region.identityProvider}:aud`]).toBe('sts.amazonaws.com');
  }
  for (const { metadata, spec } of operators) {
    const { serviceAccount } = spec['source']?.helm?.valuesObject ?? {};
    const role = roles.find(({ metadata: { name } }) => name.endsWith(`-${serviceAccount?.name}`));
    if (role === undefined) continue;
    const account = `system:serviceaccount:${spec['destination'].namespace}:${serviceAccount.name}`;
    expect([metadata.name, provided(role)['assumeRolePolicy']]).toEqual([
      metadata.name,
      expect.stringContaining(`"${account}"`),
    ]);
  }
});

it('no policy of a role is everything, and each is as short as IAM wants it', () => {
  const policies = all.flatMap((place) => ofKind(renderRegion(place), 'RolePolicy'));
  for (const policy of policies) {
    const text = provided(policy)['policy'] as string;
    expect(text.length).toBeLessThan(10_240);
    expect(text).not.toMatch(/"(\w+:)?\*"\]?,"Resource"/);
  }
  expect(policies.length).toBeGreaterThan(40);
});

it('routed names lead to a name that has the health check of the region, which asks its load balancer', () => {
  for (const place of placesOf(production)) {
    const objects = renderRegion(place);
    const { balancer, checked } = apiHosts(place);
    const targets = ofKind(objects, 'DNSEndpoint').flatMap(({ spec }) =>
      (spec['endpoints'] as { setIdentifier?: string; targets: string[] }[]).flatMap((endpoint) =>
        endpoint.setIdentifier === undefined ? [] : endpoint.targets,
      ),
    );
    expect(new Set(targets)).toEqual(new Set([checked]));
    const records = ofKind(objects, 'Record').map(provided);
    expect(records.map(({ name, type }) => `${name} ${type}`)).toEqual([`${checked} A`, `${checked} AAAA`]);
    for (const { alias, zoneId } of records) {
      expect(alias).toEqual({ name: balancer, zoneId, evaluateTargetHealth: true });
    }
    expect(ofKind(objects, 'HealthCheck').map((check) => provided(check)['fqdn'])).toEqual([balancer]);
  }
  expect(ofKind(renderRegion(placesOf(environmentNamed('dev'))[0]!), 'HealthCheck', 'Record')).toEqual([]);
});

it("every two regions are linked once, with routes on both sides, and see each other's private names", () => {
  const places = placesOf(production);
  const objects = places.flatMap((place) => renderRegion(place));
  const links = ofKind(objects, 'VPCPeeringConnection').map(provided);
  const pairs = links.map(({ vpcId, peerVpcId }) => [String(vpcId), String(peerVpcId)].toSorted().join());
  expect(new Set(pairs).size).toBe(6);
  expect(pairs.length).toBe(6);
  expect(ofKind(objects, 'VPCPeeringConnectionAccepter').map((one) => provided(one)['autoAccept'])).toEqual(
    Array.from({ length: 6 }, () => true),
  );
  const routes = ofKind(objects, 'Route').map(provided);
  for (const { region } of places) {
    for (const table of region.network.routeTableIds) {
      const reached = routes.filter(({ routeTableId }) => routeTableId === table);
      expect(reached.map(({ destinationCidrBlock }) => String(destinationCidrBlock)).toSorted()).toEqual(
        places
          .flatMap(({ region: { name, network } }) => (name === region.name ? [] : [network.range]))
          .toSorted(),
      );
      expect(new Set(reached.map((route) => route['region']))).toEqual(new Set([region.cloudRegion]));
    }
  }
  const zones = ofKind(objects, 'Zone').filter((zone) => provided(zone)['vpc'] !== undefined);
  expect(zones.length).toBe(4);
  for (const zone of zones) {
    expect(zone.spec['deletionPolicy']).toBe('Orphan');
    expect(provided(zone)['vpc'].length).toBe(4);
  }
});

it('the public zone is kept by one region, which makes no other and deletes none', () => {
  const zones = placesOf(production)
    .flatMap((place) => ofKind(renderRegion(place), 'Zone'))
    .filter(({ metadata }) => metadata.name === production.domain);
  expect(zones.length).toBe(1);
  expect(zones[0]!.spec['managementPolicies']).toEqual(['Observe', 'Update', 'LateInitialize']);
});

it('an Aurora of another region joins the global database of the first by its name', () => {
  const objects = placesOf(ordered).flatMap((place) => renderRegion(place));
  const [global, ...others] = ofKind(objects, 'GlobalCluster');
  expect(others).toEqual([]);
  const clusters = ofKind(objects, 'Cluster').filter(({ apiVersion }) => apiVersion.startsWith('rds.'));
  expect(clusters.length).toBeGreaterThan(1);
  for (const cluster of clusters)
    expect(provided(cluster)['globalClusterIdentifier']).toBe(global!.metadata.name);
});

it('each Aurora is encrypted with a key of its own region, in the network of the region, and lets in whom policies let out', () => {
  const places = placesOf(ordered);
  const asked = new Map<string, string[]>();
  for (const place of places) {
    const { region } = place;
    const objects = renderRegion(place);
    const policy = ofKind(objects, 'NetworkPolicy').find(
      ({ metadata }) => metadata.name === 'uses-postgres',
    )!;
    for (const { ipBlock } of policy.spec['egress'][0].to) {
      asked.set(ipBlock.cidr, [...(asked.get(ipBlock.cidr) ?? []), region.network.range]);
    }
    if (region.database.kind !== 'aurora-global') continue;
    const [cluster] = ofKind(objects, 'Cluster').filter(({ apiVersion }) => apiVersion.startsWith('rds.'));
    const { storageEncrypted, kmsKeyIdRef, databaseName } = provided(cluster!);
    const [key] = ofKind(objects, 'Key').filter(({ metadata }) => metadata.name === kmsKeyIdRef.name);
    expect([storageEncrypted, provided(key!)['region']]).toEqual([true, region.cloudRegion]);
    expect(key!.spec['deletionPolicy']).toBe('Orphan');
    expect(databaseName).toBe(region.role === 'primary' ? 'meridian' : undefined);
    expect(provided(ofKind(objects, 'SubnetGroup')[0]!)['subnetIds']).toEqual(region.network.subnetIds);
    expect(provided(ofKind(objects, 'SecurityGroup')[0]!)['vpcId']).toBe(region.network.vpcId);
  }
  for (const place of places.filter(({ region }) => region.database.kind === 'aurora-global')) {
    const rules = ofKind(renderRegion(place), 'SecurityGroupIngressRule').map(provided);
    expect(rules.map(({ fromPort, toPort }) => [fromPort, toPort])).toEqual(rules.map(() => [5432, 5432]));
    expect(rules.map(({ cidrIpv4 }) => cidrIpv4)).toEqual(asked.get(place.region.network.range));
  }
  expect([...asked.values()].map((ranges) => ranges.length)).toEqual([4, 2, 1]);
});

it.each(named)(
  '%s: what a provider brings the kind of is tried on nothing before that is there',
  (_, place) => {
    const brought = renderRegion(place).filter(({ apiVersion }) =>
      /(aws\.upbound|kafka\.m\.crossplane)\.io\//.test(apiVersion),
    );
    const options = brought.map(({ metadata }) => valuesOf(metadata, 'argocd.argoproj.io/sync-options'));
    expect(options.length).toBeGreaterThan(10);
    for (const option of options) expect(String(option)).toContain('SkipDryRunOnMissingResource=true');
  },
);
