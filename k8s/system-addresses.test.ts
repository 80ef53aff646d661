import { expect, it } from 'vitest';
import { environmentNamed } from '../environments/index.ts';
import { citusOf } from './system-addresses.ts';

const production = environmentNamed('production');

it("tells the programs of the database that they use, which may be another region's", () => {
  const kinds = production.regions.map((region) => [
    region.name,
    region.database.kind,
    citusOf({ environment: production, region })?.workers,
  ]);
  expect(kinds).toContainEqual(['us-west', 'citus', 30]);
  expect(kinds).toContainEqual(['ap-southeast', 'remote', 30]);
  const backup = { window: '03:00-04:00', retentionDays: 30 };
  const database = {
    kind: 'aurora-global',
    primaryRegion: 'us-west',
    instanceClass: 'a',
    readReplicas: 1,
    backup,
  } as const;
  const regions = production.regions.map((region) =>
    region.name === 'us-west' ? { ...region, database } : region,
  );
  for (const region of regions.filter(({ name }) => name === 'us-west' || name === 'ap-southeast'))
    expect(citusOf({ environment: { ...production, regions }, region })).toBeUndefined();
});
