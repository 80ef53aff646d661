import type { Chart } from 'cdk8s';
import { apiHosts, privateZone } from '../names.ts';
import type { Place } from '../place.ts';
import { cloudObject, tagsOf } from './cloud-object.ts';

/** Whether names lead to the nearest region that is well, or to the only one. */
export const isRouted = ({ environment }: Place): boolean =>
  environment.dns.routing === 'latency' && environment.regions.length > 1;

/** The zones of Route 53, the region's health check, and the name that answers only while it passes. */
export function addZones(chart: Chart, place: Place): void {
  const { environment, region } = place;
  if (region.role === 'primary') {
    cloudObject(chart, {
      api: 'route53',
      kind: 'Zone',
      name: environment.domain,
      isKept: true,
      externalName: environment.account.zoneId,
      // Whoever sold the domain points to this very zone: Crossplane keeps it and makes no other.
      managementPolicies: ['Observe', 'Update', 'LateInitialize'],
      forProvider: { name: environment.domain, comment: publicComment, tags: tagsOf(place) },
    });
  }
  const name = privateZone(place);
  cloudObject(chart, {
    api: 'route53',
    kind: 'Zone',
    name,
    isKept: true,
    forProvider: {
      name,
      comment: `Names of ${region.cluster} for all regions`,
      vpc: environment.regions.map(({ network, cloudRegion }) => ({
        vpcId: network.vpcId,
        vpcRegion: cloudRegion,
      })),
      tags: tagsOf(place),
    },
  });
  if (isRouted(place)) addCheckedName(chart, place);
}

const publicComment = 'Delegated to by the registrar';

/**
 * The DNSEndpoints (federation.ts) lead by alias to this name and so take its health over. Route 53 gives a check its id
 * when it is made; here the record finds it by reference, and no id is in git.
 */
function addCheckedName(chart: Chart, place: Place): void {
  const { environment, region } = place;
  const { balancer, checked } = apiHosts(place);
  const { zoneId } = environment.account;
  cloudObject(chart, {
    api: 'route53',
    kind: 'HealthCheck',
    name: region.cluster,
    wave: 'traffic',
    forProvider: {
      type: 'HTTPS',
      // At the region's own name its standby would answer for it.
      fqdn: balancer,
      port: 443,
      // A service that every region has, through Kong.
      resourcePath: '/v1/products?limit=1',
      requestInterval: 10,
      failureThreshold: 3,
      enableSni: true,
      measureLatency: true,
      tags: { ...tagsOf(place), Name: region.cluster },
    },
  });
  for (const type of ['A', 'AAAA'] as const) {
    cloudObject(chart, {
      api: 'route53Second',
      kind: 'Record',
      name: `${checked}-${type.toLowerCase()}`,
      wave: 'traffic',
      forProvider: {
        zoneId,
        name: checked,
        type,
        setIdentifier: region.name,
        // A plain record has no health check; of one weight alone, it is like a plain one.
        weightedRoutingPolicy: { weight: 1 },
        healthCheckIdRef: { name: region.cluster },
        alias: { name: balancer, zoneId, evaluateTargetHealth: true },
      },
    });
  }
}
