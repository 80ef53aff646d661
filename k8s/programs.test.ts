import { expect, it } from 'vitest';
import { environments } from '../environments/index.ts';
import { temporaryFolder } from '../scripts/testing/temporary-folder.ts';
import { allPrograms, mostRequestsOf, programsOf } from './programs.ts';
import { renderEnvironment } from './render.ts';

const places = environments.flatMap((environment) =>
  environment.regions.map((region) => ({ environment, region })),
);

it('runs critical services only in the optional region, and nothing there that needs a database of its own', () => {
  const place = places.find(({ region }) => region.role === 'optional')!;
  expect(programsOf(place).map(({ name }) => name)).toEqual([
    'user-service',
    'product-service',
    'order-service',
    'inventory-service',
    'payment-service',
  ]);
});

it('refuses programs for whose roll-out the quota of a region has no room', () => {
  const { environment, region } = places.find(
    (place) => place.environment.name === 'production' && place.region.name === 'us-east',
  )!;
  const most = mostRequestsOf(programsOf({ environment, region }));
  const just = { cpu: Math.ceil(most.cpu), memoryGiB: Math.ceil(most.memoryGiB) };
  const withProgramsOf = (programs: typeof just) => () =>
    renderEnvironment({ ...environment, regions: [{ ...region, programs }] }, temporaryFolder('room'));
  expect(withProgramsOf(just)).not.toThrow();
  expect(withProgramsOf({ ...just, cpu: just.cpu - 1 })).toThrow(
    /^production\/us-east: its programs ask for [\d.]+ CPU and [\d.]+ GiB when all are scaled and rolled out, and programs sets \d+ CPU/,
  );
});

it('refuses more replicas than there are partitions', () => {
  const [{ environment, region }] = places as [(typeof places)[number]];
  const few = { environment: { ...environment, replicas: null, partitions: 5 }, region };
  expect(() => programsOf(few)).toThrow(/^dev: [a-z-]+: \d+ replicas are more than the 5 partitions/);
  expect(allPrograms().length).toBeGreaterThan(15);
});
