import type { Chart } from 'cdk8s';
import { customObject, inWave } from '../custom-object.ts';
import { exportsOf, importsOf } from '../mesh-links.ts';
import { apiHosts } from '../names.ts';
import { namespaces, type Place } from '../place.ts';
import { isRouted } from './cloud-names.ts';

/**
 * What makes one platform of the regions: services found across clusters, names that follow the nearest region. Exports and
 * imports say what crosses; the mesh carries it out, by the label of the Services of the same names (services.ts).
 */
export function addFederation(chart: Chart, place: Place): void {
  for (const { name } of exportsOf(place)) {
    customObject(chart, `${name}-export`, {
      apiVersion: 'multicluster.x-k8s.io/v1beta1',
      kind: 'ServiceExport',
      name,
      namespace: namespaces.programs,
      annotations: inWave('traffic'),
      spec: {},
    });
  }
  for (const { name } of importsOf(place)) {
    customObject(chart, `${name}-import`, {
      apiVersion: 'multicluster.x-k8s.io/v1beta1',
      kind: 'ServiceImport',
      name,
      namespace: namespaces.programs,
      annotations: inWave('traffic'),
      spec: { type: 'ClusterSetIP', ports: [{ name: 'http', port: 80, protocol: 'TCP' }] },
    });
  }
  addNames(chart, place);
}

type Endpoint = {
  readonly dnsName: string;
  readonly setIdentifier?: string;
  readonly properties?: Readonly<Record<string, string>>;
};

/**
 * Route 53 by external-dns. The global name is in every region and answered by the nearest one that is well; a region's own
 * name is answered by it, and by its standby when it is not. What is routed leads by alias to the region's checked name
 * (cloud-names.ts): well is who passes the region's health check and whose load balancer has targets that are.
 */
function addNames(chart: Chart, place: Place): void {
  const { environment, region } = place;
  const { global, regional, standIn, balancer, checked } = apiHosts(place);
  const endpoints: Endpoint[] = isRouted(place)
    ? [
        {
          dnsName: global,
          setIdentifier: region.name,
          properties: { 'aws/region': region.cloudRegion },
        },
        region.standby === null
          ? { dnsName: regional }
          : {
              dnsName: regional,
              setIdentifier: region.name,
              properties: { 'aws/failover': 'PRIMARY' },
            },
        ...standIn.map((dnsName) => ({
          dnsName,
          setIdentifier: `${region.name}-stands-in`,
          properties: { 'aws/failover': 'SECONDARY' },
        })),
      ]
    : [{ dnsName: global }, { dnsName: regional }];
  customObject(chart, 'names', {
    apiVersion: 'externaldns.k8s.io/v1alpha1',
    kind: 'DNSEndpoint',
    name: 'api',
    namespace: namespaces.edge,
    annotations: inWave('traffic'),
    spec: {
      endpoints: endpoints.map(({ properties, ...record }) => ({
        ...record,
        // As an alias external-dns makes it A and AAAA records, which Route 53 follows itself.
        recordType: 'CNAME',
        recordTTL: environment.dns.ttlSeconds,
        // A name that nothing else answers leads straight to the load balancer.
        targets: [properties === undefined ? balancer : checked],
        providerSpecific: Object.entries({
          alias: 'true',
          'aws/evaluate-target-health': 'true',
          ...properties,
        }).map(([name, value]) => ({ name, value })),
      })),
    },
  });
}
