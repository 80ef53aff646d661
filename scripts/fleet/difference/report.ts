import { environmentsOf, type EnvironmentTree, type FleetTree } from '../tree.ts';
import { noTotals, subtractTotals, totalsOf, type Totals } from '../totals.ts';
import { compareEnvironments, regionsOf, type ObjectChange } from './compare.ts';
import { groupChanges, type ChangeGroup } from './groups.ts';
import { redFlagsOf, type RedFlag } from './red-flags.ts';

/** What a change does to one region. */
export type RegionDifference = {
  readonly region: string;
  readonly added: number;
  readonly changed: number;
  readonly deleted: number;
  /** Head minus base, at the least and at the most that scalers run. */
  readonly totals: Totals;
};

export type EnvironmentDifference = {
  readonly environment: string;
  readonly regions: readonly RegionDifference[];
  readonly groups: readonly ChangeGroup[];
  readonly redFlags: readonly RedFlag[];
};

export type Difference = {
  readonly base: string;
  readonly head: string;
  readonly environments: readonly EnvironmentDifference[];
};

const empty: EnvironmentTree = new Map();

/** What is different between two rendered fleets, for all environments that either of them has. */
export function differenceOf(base: FleetTree, head: FleetTree): Difference {
  return {
    base: base.source,
    head: head.source,
    environments: environmentsOf(base, head).map((name) =>
      environmentDifference(name, base.environments.get(name) ?? empty, head.environments.get(name) ?? empty),
    ),
  };
}

function environmentDifference(
  environment: string,
  base: EnvironmentTree,
  head: EnvironmentTree,
): EnvironmentDifference {
  const changes = compareEnvironments(base, head);
  const count = (region: string, sort: ObjectChange['sort']): number =>
    changes.filter((change) => change.region === region && change.sort === sort).length;
  return {
    environment,
    regions: regionsOf(base, head).map((region) => ({
      region,
      added: count(region, 'added'),
      changed: count(region, 'changed'),
      deleted: count(region, 'deleted'),
      totals: subtractTotals(totalsIn(region, head), totalsIn(region, base)),
    })),
    groups: groupChanges(changes),
    redFlags: redFlagsOf(changes, base, head),
  };
}

function totalsIn(region: string, tree: EnvironmentTree): Totals {
  const objects = tree.get(region);
  return objects ? totalsOf(region, objects) : noTotals;
}
