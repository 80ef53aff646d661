import { X509Certificate } from 'node:crypto';
import { boundsOf } from './link-rules.ts';
import type { Problem } from './rules.ts';
import type { Environment, Region } from './schema.ts';

/** The regions whose programs answer what a region's own cannot: its standby, and its home where that is another one. */
export function leanedOnBy({ regions }: Environment, region: Region): readonly Region[] {
  return regions.filter(({ name }) => name !== region.name && [region.standby, region.home].includes(name));
}

/** Who is leaned on must be reachable, at addresses of its own load balancer, and all must know one root. */
export function meshOf(environment: Environment): Problem[] {
  const { regions, meshRoot } = environment;
  const leanedOn = new Set(regions.flatMap((region) => leanedOnBy(environment, region)));
  return [
    ...rootProblems(meshRoot, leanedOn.size > 0),
    ...regions.flatMap((region, index) => {
      const path = ['regions', index, 'eastWest'];
      if (region.eastWest === null) {
        return leanedOn.has(region)
          ? [{ path, message: `${region.name}: is required, another region leans on this one` }]
          : [];
      }
      return addressProblems(region, region.eastWest.addresses).map((message) => ({
        path: [...path, 'addresses'],
        message: `${region.name}: ${message}`,
      }));
    }),
  ];
}

function addressProblems({ network, zones }: Region, addresses: readonly string[]): string[] {
  const { first, last } = boundsOf(network.loadBalancers);
  const outside = addresses.filter((address) => {
    const bounds = boundsOf(address);
    return bounds.first < first || bounds.last > last;
  });
  return [
    // The load balancer is in the subnet of each zone, and takes an address for each or none at all.
    ...(addresses.length === zones.length && new Set(addresses).size === addresses.length
      ? []
      : [`${addresses.length} addresses, not another one for each of ${zones.length} zones`]),
    ...outside.map((address) => `${address} is not in ${network.loadBalancers}`),
  ];
}

function rootProblems(root: string | null, isNeeded: boolean): Problem[] {
  const path = ['meshRoot'];
  if (root === null) {
    return isNeeded ? [{ path, message: 'is required where one region leans on another' }] : [];
  }
  return isRoot(root) ? [] : [{ path, message: 'must be the certificate of an authority, signed by itself' }];
}

function isRoot(pem: string): boolean {
  try {
    const certificate = new X509Certificate(pem);
    return certificate.ca && certificate.verify(certificate.publicKey);
  } catch {
    // Not a certificate at all.
    return false;
  }
}
