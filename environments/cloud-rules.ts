import type { Problem } from './rules.ts';
import type { Environment } from './schema.ts';

/** AWS's limits on the addresses of a VPC, as lengths of the prefix. */
const vpcPrefix = { least: 16, most: 28 };

/** What only one region may have, where it must be, and who keeps what regions share. */
export function cloudOf({ regions }: Environment): Problem[] {
  const seen = new Set<string>();
  const primaries = regions.filter(({ role }) => role === 'primary');
  return [
    ...(primaries.length === 1
      ? []
      : [{ path: ['regions'], message: `${primaries.length} primary regions: one keeps the public zone` }]),
    ...regions.flatMap(({ name, cloudRegion, network, identityProvider }, index) => {
      const problems: Problem[] = [];
      const add = (field: readonly string[], message: string): void =>
        void problems.push({ path: ['regions', index, ...field], message: `${name}: ${message}` });
      const length = Number(network.range.split('/')[1]);
      if (length < vpcPrefix.least || length > vpcPrefix.most) {
        add(
          ['network', 'range'],
          `${network.range} is no range of a VPC (/${vpcPrefix.least} to /${vpcPrefix.most})`,
        );
      }
      if (!identityProvider.startsWith(`oidc.eks.${cloudRegion}.`)) {
        add(['identityProvider'], `${identityProvider} is not in ${cloudRegion}`);
      }
      const own: (readonly [field: readonly string[], value: string])[] = [
        [['network', 'vpcId'], network.vpcId],
        [['identityProvider'], identityProvider],
        ...network.routeTableIds.map((table) => [['network', 'routeTableIds'], table] as const),
        ...network.subnetIds.map((subnet) => [['network', 'subnetIds'], subnet] as const),
      ];
      for (const [field, value] of own) {
        if (seen.has(value)) add(field, `${value} is there twice`);
        seen.add(value);
      }
      return problems;
    }),
  ];
}
