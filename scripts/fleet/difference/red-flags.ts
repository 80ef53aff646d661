import { titleOf } from '../object.ts';
import type { EnvironmentTree } from '../tree.ts';
import type { ObjectChange } from './compare.ts';
import { accessWidened } from './flags/access.ts';
import { claimShrinks, deletions, fewerCopies, shrinking } from './flags/data-loss.ts';
import { immutableFields } from './flags/immutable.ts';
import { networkLoosened } from './flags/network.ts';
import type { FlagRule } from './flags/rule.ts';
import { imageByTag, privileges, scaling } from './flags/running.ts';
import { gather } from './groups.ts';

/** The order in which flags are shown: what cannot be undone first. */
const rules: Readonly<Record<string, FlagRule>> = {
  'data-loss': deletions,
  shrinking,
  'claim-shrinks': claimShrinks,
  'fewer-copies': fewerCopies,
  immutable: immutableFields,
  network: networkLoosened,
  access: accessWidened,
  privileges,
  scaling,
  image: imageByTag,
};

/** Something a reviewer must not miss, once for all objects and regions it is true of. */
export type RedFlag = {
  readonly rule: string;
  readonly reason: string;
  readonly objects: readonly string[];
  readonly regions: readonly string[];
};

export function redFlagsOf(
  changes: readonly ObjectChange[],
  base: EnvironmentTree,
  head: EnvironmentTree,
): readonly RedFlag[] {
  const none = new Map();
  const found = Object.entries(rules).flatMap(([rule, flag]) =>
    changes.flatMap((change) => {
      const around = { base: base.get(change.region) ?? none, head: head.get(change.region) ?? none };
      const name = titleOf(change.object);
      return flag(change, around).map((reason) => ({ rule, reason, name, region: change.region }));
    }),
  );
  const byObject = gather(found, ({ rule, reason, name }) => `${rule} ${name} ${reason}`);
  const alike = gather(byObject, (same) => {
    const { rule, reason } = same[0]!;
    return `${rule} ${reason} ${same.map(({ region }) => region).join()}`;
  });
  return alike.map((members) => {
    const [first] = members;
    return {
      rule: first![0]!.rule,
      reason: first![0]!.reason,
      objects: members.map((same) => same[0]!.name),
      regions: first!.map(({ region }) => region),
    };
  });
}
