import type { Chart } from 'cdk8s';
import { customObject, inWave } from '../custom-object.ts';
import { apiHosts } from '../names.ts';
import { namespaces, type Place } from '../place.ts';
import { programsOf } from '../programs.ts';
import { isRouted } from './cloud-names.ts';

/** What makes one platform of the regions: services found across clusters, names that follow the nearest region. */
export function addFederation(chart: Chart, place: Place): void {
  const { environment } = place;
  const gateways = programsOf(place).filter(({ kind }) => kind === 'gateway');
  const isAlone = environment.regions.length === 1;
  for (const { name } of isAlone ? [] : gateways) {
    customObject(chart, `${name}-export`, {
      apiVersion: 'multicluster.x-k8s.io/v1beta1',
      kind: 'ServiceExport',
      name,
      namespace: namespaces.programs,
      annotations: inWave('traffic'),
      spec: {},
    });
    customObject(chart, `${name}-import`, {
      apiVersion: 'multicluster.x-k8s.io/v1beta1',
      kind: 'ServiceImport',
      name,
      namespace: namespaces.programs,
      annotations: inWave('traffic'),
      spec: { type: 'ClusterSetIP', ports: [{ name: 'http', port: 80, protocol: 'TCP' }] },
    });
    // Read by a waypoint of the mesh; there is none yet (docs/adr/0016-a-mesh-without-sidecars.md).
    customObject(chart, `${name}-near-first`, {
      apiVersion: 'networking.istio.io/v1',
      kind: 'DestinationRule',
      name,
      namespace: namespaces.programs,
      annotations: inWave('traffic'),
      spec: {
        host: `${name}.${namespaces.programs}.svc.clusterset.local`,
        trafficPolicy: {
          tls: { mode: 'ISTIO_MUTUAL' },
          connectionPool: { http: { http2MaxRequests: 10_000 } },
          loadBalancer: { localityLbSetting: { enabled: true } },
          // Locality fails over only where ejection finds the near ones sick.
          outlierDetection: { consecutive5xxErrors: 5, interval: '10s', baseEjectionTime: '30s' },
        },
      },
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
