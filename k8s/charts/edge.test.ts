import { App, Chart, Testing } from 'cdk8s';
import { expect, it } from 'vitest';
import { environmentNamed } from '../../environments/index.ts';
import { gateways } from '../../gateways/index.ts';
import { addEdge, pathsOf } from './edge.ts';
import { addFoundation } from './foundation.ts';
import { addKong } from './kong.ts';

type Route = { readonly path: string; readonly needsToken: boolean };
type Declaration = { readonly path: string; readonly access: unknown };

/** The routes that a gateway adds; what it makes of its context is not used before a request comes. */
function declaredRoutes(gateway: (typeof gateways)[number]): Route[] {
  const routes: Route[] = [];
  const anything: unknown = new Proxy(() => anything, { get: () => anything });
  const table = {
    cursors: anything,
    logger: anything,
    route: ({ path, access }: Declaration) => {
      const isSigned = typeof access === 'object' && access !== null && 'signed' in access;
      routes.push({ path, needsToken: access !== 'public' && !isSigned });
    },
  };
  gateway.routes(table as never, anything);
  return routes;
}

const isBelow = (path: string, prefix: string): boolean => path === prefix || path.startsWith(`${prefix}/`);

const prefixes = Object.entries(pathsOf).flatMap(([gateway, { open = [], withToken = [] }]) => [
  ...open.map((prefix) => ({ gateway, prefix, needsToken: false })),
  ...withToken.map((prefix) => ({ gateway, prefix, needsToken: true })),
]);

/** Where Kong sends a path: a pattern goes before the prefixes, a longer prefix before a shorter one. */
function takerOf(path: string): (typeof prefixes)[number] | undefined {
  return prefixes
    .filter(({ prefix }) => (prefix.includes('{') ? prefix === path : isBelow(path, prefix)))
    .toSorted(
      (a, b) =>
        Number(b.prefix.includes('{')) - Number(a.prefix.includes('{')) || b.prefix.length - a.prefix.length,
    )[0];
}

it.each(gateways.map((gateway) => [gateway.name, gateway] as const))(
  '%s is reached by its paths, with a token where its routes need one, and by no other gateway’s',
  (name, gateway) => {
    const routes = declaredRoutes(gateway);
    expect(routes.length).toBeGreaterThan(0);
    for (const { path, needsToken } of routes) {
      const taker = takerOf(path);
      expect([path, taker?.gateway, taker?.needsToken]).toEqual([path, name, needsToken]);
    }
    for (const { prefix } of prefixes.filter((one) => one.gateway === name)) {
      expect([prefix, routes.some(({ path }) => takerOf(path)?.prefix === prefix)]).toEqual([prefix, true]);
    }
  },
);

const waveOf = (object: Record<string, any>): number =>
  Number(object['metadata'].annotations['argocd.argoproj.io/sync-wave']);

it('has the secrets of plugins and consumers a wave before them: Kong refuses what names one that is not there', () => {
  const environment = environmentNamed('production');
  const chart = new Chart(new App(), 'test');
  addEdge(chart, { environment, region: environment.regions[0]! });
  const objects = Testing.synth(chart) as Record<string, any>[];
  const named = objects.flatMap((object) =>
    [
      ...(object['credentials'] ?? []),
      ...(object['configPatches'] ?? []).map((patch: any) => patch.valueFrom.secretKeyRef.name),
    ].map((name: string) => ({ object, name })),
  );
  expect(named.map(({ name }) => name).toSorted()).toEqual(['kong-limits', 'token-issuer']);
  for (const { object, name } of named) {
    const secret = objects.find(({ kind, spec }) => kind === 'ExternalSecret' && spec.target.name === name)!;
    expect([name, waveOf(secret) < waveOf(object)]).toEqual([name, true]);
  }
});

it('publishes Kong by the number of a port on which it speaks TLS: by a name the controller finds no such listener', () => {
  const environment = environmentNamed('production');
  const chart = new Chart(new App(), 'test');
  const place = { environment, region: environment.regions[0]! };
  addKong(chart, place);
  addEdge(chart, place);
  const objects = Testing.synth(chart) as { kind: string; spec: any }[];
  const { ports } = objects.find(
    ({ kind, spec }) => kind === 'Service' && spec.type === 'LoadBalancer',
  )!.spec;
  const { env } = objects.find(({ kind }) => kind === 'Deployment')!.spec.template.spec.containers[0];
  const listens = env.find(({ name }: { name: string }) => name === 'KONG_PROXY_LISTEN').value as string;
  const { listeners } = objects.find(({ kind }) => kind === 'Gateway')!.spec;
  expect(listeners.map(({ port }: { port: number }) => port)).toEqual(
    ports.map(({ port }: { port: number }) => port),
  );
  for (const { targetPort } of ports) expect(listens).toBe(`0.0.0.0:${targetPort} http2 ssl`);
});

it('has no old proxy end before the load balancer sends requests to a new one', () => {
  const environment = environmentNamed('production');
  const chart = new Chart(new App(), 'test');
  const place = { environment, region: environment.regions[0]! };
  addFoundation(chart, place);
  addKong(chart, place);
  const objects = Testing.synth(chart) as { kind: string; metadata: any; spec: any }[];
  const balanced = objects.find(({ kind, spec }) => kind === 'Service' && spec.type === 'LoadBalancer')!;
  expect(balanced.metadata.annotations['service.beta.kubernetes.io/aws-load-balancer-nlb-target-type']).toBe(
    'ip',
  );
  const [{ metadata: space }] = objects.filter(
    ({ kind, metadata }) => kind === 'Namespace' && metadata.name === balanced.metadata.namespace,
  ) as [(typeof objects)[number]];
  expect(space.labels).toMatchObject({ 'elbv2.k8s.aws/pod-readiness-gate-inject': 'enabled' });
  const proxies = objects.find(({ kind }) => kind === 'Deployment')!;
  expect(proxies.spec.strategy.rollingUpdate.maxUnavailable).toBe(0);
});
