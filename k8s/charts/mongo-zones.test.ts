import { expect, it } from 'vitest';
import { environmentNamed, environments } from '../../environments/index.ts';
import type { Region } from '../../environments/schema.ts';
import { readConfig } from '../../platform/config.ts';
import { placementVariables } from '../../platform/resources.ts';
import { zonesOf } from './mongo-zones.ts';

const zonesIn = (name: string): ReturnType<typeof zonesOf>[] => {
  const environment = environmentNamed(name);
  return environment.regions.map((region: Region) =>
    zonesOf({ environment, region }, region.mongo as Extract<Region['mongo'], { kind: 'percona' }>),
  );
};

it('keeps the orders of a region apart from those of the other homes', () => {
  const zones = zonesIn('production');
  expect(zones.map(({ home, guests }) => [home?.homes, guests?.homes])).toEqual([
    [['use'], ['euc', 'usw']],
    [['usw'], ['euc', 'use']],
    [['euc'], ['use', 'usw']],
    // Its users' home is us-west.
    [['usw'], ['euc', 'use']],
  ]);
  for (const { home, guests } of zones) {
    const all = [...home!.shards, ...guests!.shards];
    expect([all.length, new Set(all).size]).toEqual([12, 12]);
  }
});

it('has no zones where there is one home only', () => {
  expect(zonesIn('dev')).toEqual([{}]);
});

it('is what the job reads', () => {
  for (const { name } of environments) {
    for (const zones of zonesIn(name)) {
      const variables = { MONGO_ADMIN_URL: 'mongodb://h/d', MONGO_ZONES: JSON.stringify(zones) };
      expect(readConfig(placementVariables, variables).MONGO_ZONES).toEqual(zones);
    }
  }
  expect(() =>
    readConfig(placementVariables, { MONGO_ADMIN_URL: 'mongodb://h/d', MONGO_ZONES: '{' }),
  ).toThrow('MONGO_ZONES must be zones of the read models as JSON');
});
