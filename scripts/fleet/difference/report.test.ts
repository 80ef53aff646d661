import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../rendered/fields.ts';
import { deployment, fleet, manifest, regionNames, scaledObject } from '../testing/fleet-fixture.ts';
import { markdownOf } from './markdown.ts';
import { differenceOf } from './report.ts';

const names = ['order', 'user', 'stock', 'mail', 'fraud'] as const;

/** Some of five Deployments in each of four regions, each with a memory of its own. */
const anyFleet = fc.array(
  fc.dictionary(fc.constantFrom(...names), fc.constantFrom('256Mi', '512Mi', '1Gi')),
  { minLength: 4, maxLength: 4 },
);

const build = (regions: readonly Record<string, string>[]) =>
  fleet((region) =>
    Object.entries(regions[regionNames.indexOf(region as 'us-east')]!).map(([name, memory]) =>
      deployment(name, { memory }),
    ),
  );

/** Added, changed, deleted of all regions. */
function countsOf(base: ReturnType<typeof build>, head: ReturnType<typeof build>): readonly number[] {
  const { regions } = differenceOf(base, head).environments[0] ?? { regions: [] };
  return (['added', 'changed', 'deleted'] as const).map((sort) =>
    regions.reduce((sum, region) => sum + region[sort], 0),
  );
}

const labelled = (name: string, region: string, memory: string): JsonObject => {
  const plain = deployment(name, { memory });
  return { ...plain, metadata: { ...(plain['metadata'] as JsonObject), labels: { region } } };
};

const all = (digit: string) =>
  fleet(() => names.map((name) => deployment(name, { image: `app@sha256:${digit.repeat(64)}` })));
const scaler = (version: string) =>
  fleet(() => [{ ...scaledObject('a', 1, 2), apiVersion: `keda.sh/${version}` }]);
const bucket = (version: string) =>
  fleet((region) => [manifest('v1', 'ConfigMap', 'c', { data: { bucket: `backup-${region}-${version}` } })]);
const at = (memory: string) => fleet(() => [deployment('a', { memory }), scaledObject('a', 4, 10)]);
const secret = (password: string) => fleet(() => [manifest('v1', 'Secret', 's', { data: { password } })]);

describe('the difference of two fleets', () => {
  it('of a fleet with itself is empty', () => {
    fc.assert(
      fc.property(anyFleet, (regions) => {
        const { environments } = differenceOf(build(regions), build(regions));
        expect(environments.flatMap(({ groups, redFlags }) => [...groups, ...redFlags])).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  it('is turned round when base and head are exchanged', () => {
    fc.assert(
      fc.property(anyFleet, anyFleet, (one, other) => {
        const [added, changed, deleted] = countsOf(build(one), build(other));
        expect(countsOf(build(other), build(one))).toEqual([deleted, changed, added]);
        const totals = (base: typeof one, head: typeof one) =>
          differenceOf(build(base), build(head)).environments.flatMap(({ regions }) =>
            regions.map(({ totals: { memoryBytes, pods } }) => memoryBytes.max + pods.min),
          );
        expect(totals(other, one).map((sum) => 0 - sum)).toEqual(totals(one, other).map((sum) => sum + 0));
      }),
      { numRuns: 30 },
    );
  });

  it('names a change of several regions once, whatever their own labels say', () => {
    fc.assert(
      fc.property(fc.subarray([...regionNames], { minLength: 1 }), (touched) => {
        const base = fleet((region) => [labelled('order', region, '1Gi')]);
        const head = fleet((region) => [
          labelled('order', region, touched.includes(region as 'us-east') ? '2Gi' : '1Gi'),
        ]);
        const { groups } = differenceOf(base, head).environments[0]!;
        expect(groups.map(({ sort, regions }) => [sort, regions])).toEqual([['changed', touched]]);
      }),
    );
    const added = differenceOf(
      fleet(() => [deployment('user')]),
      fleet((region) => [deployment('user'), labelled('order', region, '1Gi')]),
    ).environments[0]!;
    expect(added.groups.map(({ regions, identical }) => [regions.length, identical])).toEqual([[4, true]]);
  });

  it('takes a value that names its own region as the same in all', () => {
    const { groups } = differenceOf(bucket('1'), bucket('2')).environments[0]!;
    expect(groups.map(({ regions }) => regions.length)).toEqual([4]);
  });

  it('takes objects with the same change together: a new image of all programs is one entry', () => {
    const { groups } = differenceOf(all('0'), all('1')).environments[0]!;
    expect(groups.map(({ objects, regions }) => [objects.length, regions.length])).toEqual([[5, 4]]);
  });

  it('takes a new version of an object as a change of it', () => {
    const { groups } = differenceOf(scaler('v1alpha1'), scaler('v1')).environments[0]!;
    expect(groups.map(({ sort, fields }) => [sort, fields.map(({ path }) => path)])).toEqual([
      ['changed', ['apiVersion']],
    ]);
  });

  it('adds up what scalers may start', () => {
    const { regions } = differenceOf(at('1Gi'), at('2Gi')).environments[0]!;
    expect(regions[0]!.totals.memoryBytes).toEqual({ min: 4 * 1024 ** 3, max: 10 * 1024 ** 3 });
    expect(regions[0]!.totals.pods).toEqual({ min: 0, max: 0 });
  });

  it('shows a region that goes and one that comes', () => {
    const base = fleet(() => [deployment('a')], { regions: ['us-east', 'us-west'] });
    const head = fleet(() => [deployment('a')], { regions: ['us-east', 'eu-central'] });
    const { regions } = differenceOf(base, head).environments[0]!;
    expect(regions.map(({ region, added, deleted }) => [region, added, deleted])).toEqual([
      ['eu-central', 1, 0],
      ['us-east', 0, 0],
      ['us-west', 0, 1],
    ]);
  });

  it('never shows what a Secret holds', () => {
    const text = JSON.stringify(
      differenceOf(secret('hunter1'), secret('hunter2')).environments[0]!.groups[0]!.fields,
    );
    expect(text).not.toContain('hunter');
    expect(markdownOf(differenceOf(secret('hunter1'), secret('hunter2')))).not.toContain('hunter');
  });
});
