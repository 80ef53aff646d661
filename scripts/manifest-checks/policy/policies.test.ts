import { expect, test } from 'vitest';
import { checkPolicies } from './index.ts';
import { findingsAfter, healthyRegion } from '../testing/region.ts';

test('nothing is found in a healthy region', () => {
  expect(findingsAfter(checkPolicies, () => undefined)).toEqual([]);
  expect(healthyRegion().length).toBeGreaterThan(8);
});
