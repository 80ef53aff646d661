import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { environments } from '../environments/index.ts';
import { regionNames } from '../environments/parts.ts';
import { edgeWorkerOf } from './edge-worker.ts';

type Rendered = { kind: string; spec: any }; // any manifest

function rendered(folder: string): Rendered[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .flatMap((name) => parseAllDocuments(readFileSync(`${folder}/${name}`, 'utf8')))
    .map((document) => document.toJS() as Rendered);
}

/** Names that a region's cluster answers: DNS leads there, a certificate covers them, routes take them. */
function servedBy(folder: string): readonly string[] {
  const objects = rendered(folder);
  const of = (kind: string): Rendered[] => objects.filter((object) => object.kind === kind);
  const named = new Set(
    of('DNSEndpoint').flatMap(({ spec }) => spec.endpoints.map(({ dnsName }: any) => dnsName)),
  );
  const certified = new Set(of('Certificate').flatMap(({ spec }) => spec.dnsNames as string[]));
  const routes = of('HTTPRoute').map(({ spec }) => new Set(spec.hostnames as string[]));
  expect(routes.length).toBeGreaterThan(0);
  return [...named].filter((name) => certified.has(name) && routes.every((hosts) => hosts.has(name)));
}

const hostOf = (origin: string): string => {
  const url = new URL(origin);
  expect([url.protocol, url.origin]).toEqual(['https:', origin]);
  return url.hostname;
};

describe.each(environments.map((environment) => [environment.name, environment] as const))(
  '%s',
  (name, environment) => {
    const worker = edgeWorkerOf(environment);
    const served = new Map(
      environment.regions.map((region): [string, readonly string[]] => [
        region.name,
        servedBy(`dist/${name}/${region.name}`),
      ]),
    );

    it('is what is committed in dist', () => {
      expect(JSON.parse(readFileSync(`dist/${name}/edge/wrangler.json`, 'utf8'))).toEqual(worker);
      expect(readdirSync(`dist/${name}/edge`)).toEqual(['wrangler.json']);
    });

    it('asks only hosts that the clusters serve: each region’s own, and all regions that of all', () => {
      const { ORIGIN, REGIONS } = worker.vars;
      expect(Object.keys(REGIONS)).toEqual([...served.keys()]);
      for (const [region, { origin }] of Object.entries(REGIONS))
        expect(served.get(region)).toContain(hostOf(origin));
      for (const hosts of served.values()) expect(hosts).toContain(hostOf(ORIGIN));
    });

    it('sends to regions that there are, and takes no name of the clusters', () => {
      for (const { home, standby } of Object.values(worker.vars.REGIONS))
        for (const target of [home, ...(standby === null ? [] : [standby])])
          expect(Object.keys(worker.vars.REGIONS)).toContain(target);
      const [{ pattern, zone_name: zone }] = worker.routes as [(typeof worker.routes)[number]];
      const host = pattern.replace('/*', '');
      expect([...served.values()].flat()).not.toContain(host);
      expect(host.endsWith(`.${zone}`)).toBe(true);
    });

    it('lies where no Application of Argo CD looks', () => {
      const [regions] = rendered(`dist/${name}/hub`).filter(({ kind }) => kind === 'ApplicationSet');
      // The region comes from a list or from a pin, and a pin names a region of the environment.
      expect(regions?.spec.template.spec.source).toMatchObject({
        path: `dist/${name}/{{ .region }}`,
        directory: { recurse: false },
      });
      expect(regionNames).not.toContain('edge');
    });
  },
);

it('gives each environment a Worker and counters of its own', () => {
  const workers = environments.map(edgeWorkerOf);
  const own = [
    workers.map((worker) => worker.name),
    workers.map(({ ratelimits }) => ratelimits[0]!.namespace_id),
    workers.map(({ routes }) => routes[0]!.pattern),
  ];
  for (const values of own) expect(new Set(values).size).toBe(environments.length);
});
