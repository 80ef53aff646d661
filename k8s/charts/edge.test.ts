import { expect, it } from 'vitest';
import { gateways } from '../../gateways/index.ts';
import { pathsOf } from './edge.ts';

/** The paths that a gateway adds; what it makes of its context is not used before a request comes. */
function declaredPaths(gateway: (typeof gateways)[number]): string[] {
  const paths: string[] = [];
  const anything: unknown = new Proxy(() => anything, { get: () => anything });
  const table = {
    cursors: anything,
    logger: anything,
    route: (declaration: { path: string }) => void paths.push(declaration.path),
  };
  gateway.routes(table as never, anything);
  return paths;
}

const isBelow = (path: string, prefix: string): boolean => path === prefix || path.startsWith(`${prefix}/`);

it.each(gateways.map((gateway) => [gateway.name, gateway] as const))(
  '%s is reached by its paths, and by no other gateway’s',
  (name, gateway) => {
    const paths = declaredPaths(gateway);
    expect(paths.length).toBeGreaterThan(0);
    for (const path of paths) {
      const takers = Object.entries(pathsOf)
        .filter(([, prefixes]) => prefixes.some((prefix) => isBelow(path, prefix)))
        .map(([taker]) => taker);
      // A path that stands there as it is goes before the prefixes.
      const exact = Object.keys(pathsOf).filter(
        (taker) => pathsOf[taker]!.includes(path) && path.includes('{'),
      );
      expect([path, exact.length > 0 ? exact : takers]).toEqual([path, [name]]);
    }
    for (const prefix of pathsOf[name]!) {
      expect([prefix, paths.some((path) => isBelow(path, prefix))]).toEqual([prefix, true]);
    }
  },
);
