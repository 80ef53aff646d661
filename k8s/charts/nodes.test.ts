import { App, Chart, Testing } from 'cdk8s';
import { expect, it } from 'vitest';
import { environments } from '../../environments/index.ts';
import type { Rendered } from '../testing/kafka-kinds.ts';
import { addNodes } from './nodes.ts';

const places = environments.flatMap((environment) =>
  environment.regions.map((region) => ({ environment, region })),
);

it('replaces machines with disks one at a time, and by nothing that asks no budget', () => {
  for (const place of places) {
    const chart = new Chart(new App(), 'test');
    addNodes(chart, place);
    const pools = (Testing.synth(chart) as Rendered[]).filter(({ kind }) => kind === 'NodePool');
    expect(pools.map(({ metadata }) => metadata.name)).toEqual(
      place.region.nodePools.map(({ name }) => name),
    );
    for (const { purpose, name } of place.region.nodePools) {
      const { template, disruption } = pools.find(({ metadata }) => metadata.name === name)!.spec;
      expect(template.spec.terminationGracePeriod).toBeUndefined();
      if (purpose !== 'data') {
        expect(template.spec.expireAfter).toMatch(/^\d+h$/);
        continue;
      }
      // Left out, it is 720 hours.
      expect(template.spec.expireAfter).toBe('Never');
      expect(disruption.consolidationPolicy).toBe('WhenEmpty');
      // For whatever reason and at any time: neither `reasons` nor a `schedule`.
      expect(disruption.budgets).toEqual([{ nodes: '1' }]);
    }
  }
});
