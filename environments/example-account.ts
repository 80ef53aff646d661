import type { Region } from './schema.ts';

type Network = Region['network'];

/** There is no account yet: what follows has the form of AWS's ids and is nobody's. A real account's replace them. */
export const exampleAccountId = '111122223333';

/** The id of a public zone, a number each. */
export function exampleZone(number: number): string {
  return `Z00EXAMPLE${String(number).padStart(10, '0')}`;
}

/** A region's network: a route table and a subnet a zone, all their ids of one number. */
export function exampleNetwork(
  number: number,
  zones: number,
  addresses: Pick<Network, 'range' | 'loadBalancers'>,
): Network {
  const of = (prefix: string, part: number): string =>
    `${prefix}-0${String(number).padStart(8, '0')}${String(part).padStart(8, '0')}`;
  const each = (prefix: string): [string, ...string[]] => [
    of(prefix, 1),
    ...Array.from({ length: zones - 1 }, (_, index) => of(prefix, index + 2)),
  ];
  return { ...addresses, vpcId: of('vpc', 0), routeTableIds: each('rtb'), subnetIds: each('subnet') };
}

/** The issuer of a cluster's tokens. */
export function exampleIdentityProvider(number: number, cloudRegion: string): string {
  return `oidc.eks.${cloudRegion}.amazonaws.com/id/${String(number).padStart(32, '0')}`;
}
