import { expect, test } from 'vitest';
import { checkPlaces } from './places.ts';
import { objectOf } from './testing/region.ts';

const environments = [{ name: 'production', regions: [{ name: 'us-east' }, { name: 'us-west' }] }];
const manifest = (environment: string, region: string) => ({
  file: `dist/${environment}/${region}/a.yaml`,
  environment,
  region,
  object: objectOf('v1', 'Service', 'a'),
});
const found = (isWhole: boolean, ...places: readonly (readonly [string, string])[]) =>
  checkPlaces(
    places.map(([environment, region]) => manifest(environment, region)),
    environments,
    isWhole,
  ).map(({ file, message }) => `${file}: ${message}`);

test('a region that does not exist is named, and one for which nothing is rendered', () => {
  expect(found(true, ['production', 'us-east'], ['production', 'us-west'], ['production', 'hub'])).toEqual(
    [],
  );
  expect(found(true, ['production', 'us-east'], ['production', 'mars'], ['prod', 'us-west'])).toEqual([
    'dist/production/mars/a.yaml: there is no production/mars in environments/',
    'dist/prod/us-west/a.yaml: there is no prod/us-west in environments/',
    'dist/production/us-west: nothing is rendered for this region',
  ]);
});

test('where only some places are looked at, the others are not missed', () => {
  expect(found(false, ['production', 'us-east'])).toEqual([]);
});
