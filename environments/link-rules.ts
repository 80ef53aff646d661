import type { Problem } from './rules.ts';
import type { Environment } from './schema.ts';

/** Addresses by which regions reach each other: a range that two of them have cannot be routed. */
export function rangesOf({ regions }: Environment): Problem[] {
  return regions.flatMap(({ name, network }, index) => {
    const path = ['regions', index, 'network'];
    const { first, last } = boundsOf(network.loadBalancers);
    const own = boundsOf(network.range);
    const outside =
      first < own.first || last > own.last
        ? [
            {
              path: [...path, 'loadBalancers'],
              message: `${name}: ${network.loadBalancers} is not in ${network.range}`,
            },
          ]
        : [];
    const shared = regions.slice(0, index).filter((other) => {
      const range = boundsOf(other.network.range);
      return own.first <= range.last && range.first <= own.last;
    });
    return [
      ...outside,
      ...shared.map((other) => ({
        path: [...path, 'range'],
        message: `${name}: ${network.range} has addresses of ${other.name}`,
      })),
    ];
  });
}

/** Mirrors show each other certificates: both ends of a link take the same kind. */
export function linksOf({ regions }: Environment): Problem[] {
  if (regions.length === 1) return [];
  const [first] = regions;
  return regions.flatMap(({ name, kafka }, index) => {
    const path = ['regions', index, 'kafka', 'kind'];
    if (kafka.kind === 'confluent-cloud') {
      const message = `${name}: Confluent Cloud links its clusters itself, which nothing here declares: one region only`;
      return [{ path, message }];
    }
    return kafka.kind === first?.kafka.kind
      ? []
      : [{ path, message: `${name}: mirrors need the kind of ${first?.name ?? ''} in every region` }];
  });
}

/** The first and the last address of a range, or of an address alone, as numbers. */
export function boundsOf(range: string): { readonly first: number; readonly last: number } {
  const [address = '', length = '32'] = range.split('/');
  const value = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(length));
  const first = Math.floor(value / size) * size;
  return { first, last: first + size - 1 };
}
