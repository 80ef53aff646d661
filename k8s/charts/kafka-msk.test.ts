import { expect, it } from 'vitest';
import { kafkaKinds, ofKind, renderRegion, type Rendered } from '../testing/kafka-kinds.ts';

const [, environment] = kafkaKinds.find(([kind]) => kind === 'msk')!;
const provided = ({ spec }: Rendered): Record<string, any> => spec['forProvider'] as Record<string, any>;
const regions = environment.regions.map((region) => renderRegion({ environment, region }));

it('leaves nothing on the brokers for everybody: the administrator has a right to all, and nobody else has one like it', () => {
  for (const objects of regions) {
    const rights = ofKind(objects, 'AccessControlList').map(provided);
    const all = rights.filter(
      ({ resourceName, resourceType, resourceOperation }) =>
        resourceName === '*' || resourceType === 'Cluster' || resourceOperation === 'All',
    );
    expect(all.map(({ resourceType }) => resourceType)).toEqual([
      'Cluster',
      'Topic',
      'Group',
      'TransactionalID',
    ]);
    expect(new Set(all.map(({ resourcePrincipal }) => resourcePrincipal))).toEqual(
      new Set(['User:CN=kafka-admin']),
    );
    expect(rights.length).toBeGreaterThan(all.length);
  }
});

it('has brokers that hear of every change of their settings, and elect none that lacks what was acknowledged', () => {
  const [objects] = regions as [readonly Rendered[]];
  const [settings] = ofKind(objects, 'Configuration');
  const { configurationInfo } = provided(ofKind(objects, 'Cluster')[0]!);
  expect(configurationInfo).toEqual({ arnRef: { name: settings!.metadata.name }, revision: 1 });
  expect(provided(settings!)['serverProperties'].split('\n')).toContain(
    'unclean.leader.election.enable=false',
  );

  const { topics } = environment;
  const changed = { ...environment, topics: { ...topics, retentionDays: topics.retentionDays - 1 } };
  const other = renderRegion({ environment: changed, region: changed.regions[0]! });
  const [after] = ofKind(other, 'Configuration');
  expect(after!.metadata.name).not.toBe(settings!.metadata.name);
  expect(provided(ofKind(other, 'Cluster')[0]!)['configurationInfo'].arnRef.name).toBe(after!.metadata.name);
});
