import { mkdirSync, writeFileSync } from 'node:fs';
import type { Environment } from '../environments/schema.ts';
import { apiHosts } from './names.ts';

/** What the Worker knows of a region; a user's commands go to the home region, its standby is asked when it is away. */
type EdgeRegion = {
  readonly origin: string;
  readonly home: string;
  readonly standby: string | null;
  readonly services: readonly string[];
};

/**
 * The configuration by which `wrangler` deploys the Worker at the edge (github.com/cloudflare/workers-sdk,
 * wrangler/config-schema.json); one Worker for all regions of an environment.
 */
export function edgeWorkerOf(environment: Environment) {
  const { name, regions, edgeWorker, apiLimits, traceSampleRatio } = environment;
  const { host, zone, compatibilityDate, rateLimitNamespace } = edgeWorker;
  const origin = `https://${apiHosts({ environment, region: regions[0]! }).global}`;
  const known = regions.map((region): [string, EdgeRegion] => [
    region.name,
    {
      origin: `https://${apiHosts({ environment, region }).regional}`,
      home: region.home,
      standby: region.standby,
      services: region.services,
    },
  ]);
  return {
    name: `meridian-edge-${name}`,
    // From the folder of this file.
    main: '../../../gateways/edge/index.ts',
    compatibility_date: compatibilityDate,
    // Only by its route: no second address without the zone's rules.
    workers_dev: false,
    preview_urls: false,
    routes: [{ pattern: `${host}/*`, zone_name: zone }],
    vars: {
      /** The name of all regions: DNS answers with the nearest that is well. */
      ORIGIN: origin,
      REGIONS: Object.fromEntries(known),
    },
    // Without an id the first deployment makes the namespace, and later ones find it by the binding.
    kv_namespaces: [{ binding: 'EXPERIMENTS' }],
    ratelimits: [
      {
        name: 'REQUESTS',
        namespace_id: rateLimitNamespace,
        simple: { limit: apiLimits.requestsPerMinute, period: 60 },
      },
    ],
    observability: { enabled: true, head_sampling_rate: traceSampleRatio },
    upload_source_maps: true,
    send_metrics: false,
  };
}

/** Writes `<folder>/wrangler.json`. It is no manifest: Argo CD syncs the folders of regions only. */
export function renderEdgeWorker(environment: Environment, folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/wrangler.json`, `${JSON.stringify(edgeWorkerOf(environment), null, 2)}\n`);
}
