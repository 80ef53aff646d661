import type { FieldChange } from './field-changes.ts';
import type { RedFlag } from './red-flags.ts';
import type { Difference, RegionDifference } from './report.ts';

/** The difference for a program: objects by their identity, without the manifests themselves. */
export type JsonDifference = {
  readonly base: string;
  readonly head: string;
  readonly environments: readonly {
    readonly environment: string;
    readonly regions: readonly RegionDifference[];
    readonly redFlags: readonly RedFlag[];
    readonly changes: readonly {
      readonly sort: 'added' | 'changed' | 'deleted';
      readonly kind: string;
      readonly objects: readonly {
        readonly group: string;
        readonly namespace: string;
        readonly name: string;
        readonly file: string;
      }[];
      readonly regions: readonly string[];
      readonly fields: readonly FieldChange[];
    }[];
  }[];
};

export function jsonOf({ base, head, environments }: Difference): JsonDifference {
  return {
    base,
    head,
    environments: environments.map(({ groups, ...rest }) => ({
      ...rest,
      changes: groups.map(({ objects, ...group }) => ({
        ...group,
        objects: objects.map(({ group: apiGroup, namespace, name, file }) => ({
          group: apiGroup,
          namespace,
          name,
          file,
        })),
      })),
    })),
  };
}
