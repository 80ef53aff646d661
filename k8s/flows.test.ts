import { describe, expect, it } from 'vitest';
import { environments } from '../environments/index.ts';
import type { Region } from '../environments/schema.ts';
import { flowsOf } from './flows.ts';
import { isPods } from './parties.ts';
import { namespaces, type Place } from './place.ts';
import { operatorsOf } from './charts/operators.ts';
import { ofKind, renderRegion, type Rendered } from './testing/kafka-kinds.ts';

const places = environments.flatMap((environment) =>
  environment.regions.map((region): [string, Place] => [
    `${environment.name}/${region.name}`,
    { environment, region },
  ]),
);

const namespaceLabel = 'kubernetes.io/metadata.name';
const spaceOf = (peer: any): string | undefined => peer.namespaceSelector?.matchLabels[namespaceLabel];
const labelsOf = (peer: any): string => JSON.stringify(peer.podSelector?.matchLabels ?? {});

/** Whether a policy of ours at the other end has a rule for the same ports that names the party. */
function isAnswered(
  policies: readonly Rendered[],
  party: { space: string; labels: string },
  peer: unknown,
  direction: 'ingress' | 'egress',
  ports: unknown,
): boolean {
  return policies
    .filter(({ metadata, spec }) => {
      const own = JSON.stringify(spec['podSelector'].matchLabels ?? {});
      return metadata.namespace === spaceOf(peer) && own === labelsOf(peer);
    })
    .flatMap(({ spec }) => (spec[direction] ?? []) as Record<string, any>[])
    .filter((rule) => JSON.stringify(rule['ports']) === JSON.stringify(ports))
    .flatMap((rule) => rule[direction === 'ingress' ? 'from' : 'to'])
    .some((other: unknown) => spaceOf(other) === party.space && labelsOf(other) === party.labels);
}

describe.each(places)('%s', (_, place) => {
  const policies = ofKind(renderRegion(place), 'NetworkPolicy');

  it('says each flow between pods of ours at both of its ends', () => {
    const own: readonly unknown[] = Object.values(namespaces);
    for (const { metadata, spec } of policies) {
      const party = {
        space: metadata.namespace!,
        labels: JSON.stringify(spec['podSelector'].matchLabels ?? {}),
      };
      for (const [direction, end, back] of [
        ['egress', 'to', 'ingress'],
        ['ingress', 'from', 'egress'],
      ] as const) {
        for (const rule of spec[direction] ?? []) {
          for (const peer of rule[end].filter((one: unknown) => own.includes(spaceOf(one)))) {
            const found = isAnswered(policies, party, peer, back, rule.ports);
            expect([metadata.name, direction, peer, found]).toEqual([metadata.name, direction, peer, true]);
          }
        }
      }
    }
  });

  it('names operators only where they run', () => {
    const known = [
      ...operatorsOf(place).map(({ namespace }) => namespace),
      'kube-system',
      ...Object.values(namespaces),
    ];
    const named = flowsOf(place)
      .flatMap(({ from, to }) => [from, to])
      .flatMap((party) => (isPods(party) ? [party.namespace] : []));
    expect([...new Set(named)].filter((name) => !known.includes(name))).toEqual([]);
  });
});

it('lets the operator of each form of the database reach its pods, and no other', () => {
  const [environment] = environments;
  const region = environment!.regions[0]!;
  const asked = (database: Region['database']): string[] =>
    flowsOf({ environment: environment!, region: { ...region, database } })
      .filter(({ to }) => isPods(to) && to.name === 'postgres')
      .flatMap(({ from }) => (isPods(from) && from.namespace.endsWith('-system') ? [from.namespace] : []));
  const node = { cpu: 1, memoryGiB: 1 };
  const { database } = region;
  if (database.kind !== 'citus') throw new Error('the small region has Citus');
  expect(asked(database)).toEqual(['stackgres-system']);
  expect(
    asked({
      ...database,
      kind: 'sharded',
      shards: 2,
      instancesPerShard: 1,
      pooler: { replicas: 1, node, poolSize: 10 },
      router: { image: 'router', replicas: 1, node, poolSize: 10 },
    }),
  ).toEqual(['cloudnative-pg-system']);
});

it('lets the programs of a region without a database reach that of its home, and it answers', () => {
  const production = environments.find(({ regions }) => regions.length === 4)!;
  const [home, guest] = ['us-west', 'ap-southeast'].map((name) =>
    production.regions.find((region) => region.name === name)!,
  );
  const out = flowsOf({ environment: production, region: guest! }).find(
    ({ from }) => isPods(from) && from.name === 'uses-postgres',
  );
  expect([out?.to, out?.ports]).toEqual([{ ranges: [home!.network.loadBalancers] }, [5432]]);
  const back = flowsOf({ environment: production, region: home! }).find(
    ({ from, to }) => isPods(to) && to.name === 'postgres' && !isPods(from),
  );
  // Their pods, whose addresses the load balancer keeps, and its own checks; past the pooler comes nobody.
  expect(back?.from).toEqual({ ranges: [guest!.network.range, home!.network.loadBalancers] });
  expect(back?.ports).toEqual([6432, 7432]);
});

it('lets programs ask the routers of MongoDB, and none of the servers behind them', () => {
  for (const [, place] of places) {
    const policies = ofKind(renderRegion(place), 'NetworkPolicy');
    const programs = JSON.stringify({ 'uses.meridian.example/mongo': 'true' });
    const asked = policies.filter(({ spec }) =>
      (spec['ingress'] ?? []).some(({ from }: any) =>
        from.some((peer: unknown) => labelsOf(peer) === programs),
      ),
    );
    expect(asked.map(({ spec }) => spec['podSelector'].matchLabels['app.kubernetes.io/component'])).toEqual([
      'mongos',
    ]);
  }
});
