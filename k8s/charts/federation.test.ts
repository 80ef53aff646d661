import { App, Chart, Testing } from 'cdk8s';
import { expect, it } from 'vitest';
import { environmentNamed } from '../../environments/index.ts';
import { apiHosts, servedHosts } from '../names.ts';
import { addEdge } from './edge.ts';
import { addFederation } from './federation.ts';

const production = environmentNamed('production');
type Property = { name: string; value: string };
type DnsRecord = { dnsName: string; setIdentifier?: string; targets: string[]; providerSpecific: Property[] };
type Rendered = { kind: string; spec: { endpoints: DnsRecord[]; dnsNames: string[]; hostnames: string[] } };

const places = production.regions.map((region) => ({ environment: production, region }));
function rendered(
  add: typeof addFederation,
  place: (typeof places)[number],
  kind: string,
): Rendered['spec'][] {
  const chart = new Chart(new App(), 'test');
  add(chart, place);
  return (Testing.synth(chart) as Rendered[]).filter((one) => one.kind === kind).map(({ spec }) => spec);
}
const records = places.flatMap((place) =>
  rendered(addFederation, place, 'DNSEndpoint').flatMap(({ endpoints }) =>
    endpoints.map((endpoint) => ({ region: place.region, ...endpoint })),
  ),
);
const property = (record: DnsRecord, name: string): string | undefined =>
  record.providerSpecific.find((one) => one.name === name)?.value;

it('answers the global name by the nearest region whose checked name is well', () => {
  const global = records.filter(({ dnsName }) => dnsName === 'api.meridian.example');
  expect(global.map((record) => [record.setIdentifier, property(record, 'aws/region')])).toEqual(
    production.regions.map(({ name, cloudRegion }) => [name, cloudRegion]),
  );
  for (const record of global) {
    // Checked by Crossplane's record of that name (cloud.test.ts).
    expect(record.targets).toEqual([`well.${record.region.name}.lb.meridian.example`]);
    expect(property(record, 'aws/evaluate-target-health')).toBe('true');
  }
});

it('answers the name of a home region by its standby when it fails', () => {
  for (const { name, standby } of production.regions) {
    const answers = records
      .filter(({ dnsName }) => dnsName === `${name}.api.meridian.example`)
      .map((record) => `${record.region.name} ${property(record, 'aws/failover') ?? 'alone'}`);
    const expected = standby === null ? [`${name} alone`] : [`${name} PRIMARY`, `${standby} SECONDARY`];
    expect(answers.toSorted()).toEqual(expected.toSorted());
  }
  const identities = records.map(({ dnsName, setIdentifier }) => `${dnsName} ${setIdentifier ?? ''}`);
  expect(new Set(identities).size).toBe(identities.length);
});

it.each(places.map((place) => [place.region.name, place] as const))(
  '%s has a certificate and routes for every name that may lead to it',
  (_, place) => {
    const own = records.filter(({ region }) => region.name === place.region.name);
    // Asked for by the health check, and by nobody else.
    const asked = new Set([...own.map(({ dnsName }) => dnsName), apiHosts(place).balancer]);
    expect(servedHosts(place).toSorted()).toEqual([...asked].toSorted());
    expect(rendered(addEdge, place, 'Certificate')[0]!.dnsNames).toEqual(servedHosts(place));
    for (const { hostnames } of rendered(addEdge, place, 'HTTPRoute')) {
      expect(hostnames).toEqual(servedHosts(place));
    }
  },
);
