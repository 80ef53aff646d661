import type { Chart } from 'cdk8s';
import { customObject, inWave } from '../custom-object.ts';
import { apiHosts } from '../names.ts';
import { namespaces, programPorts, type Place } from '../place.ts';
import { programsOf } from '../programs.ts';

/** What makes one platform of the regions: services found across clusters, mutual TLS, names that follow the nearest region. */
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
  customObject(chart, 'mutual-tls', {
    apiVersion: 'security.istio.io/v1',
    kind: 'PeerAuthentication',
    name: 'default',
    namespace: namespaces.programs,
    annotations: inWave('access'),
    // Prometheus speaks plainly, to one port.
    spec: {
      selector: { matchLabels: { 'app.kubernetes.io/part-of': 'meridian' } },
      mtls: { mode: 'STRICT' },
      portLevelMtls: { [programPorts.metrics]: { mode: 'PERMISSIVE' } },
    },
  });
  addNames(chart, place, isAlone);
}

/** Route 53 by external-dns: the same name in every region, answered by the nearest whose health check passes. */
function addNames(chart: Chart, place: Place, isAlone: boolean): void {
  const { environment, region } = place;
  const hosts = apiHosts(place);
  const target = `edge.${region.name}.lb.${environment.domain}`;
  const { ttlSeconds, routing } = environment.dns;
  const record = { recordType: 'CNAME', recordTTL: ttlSeconds, targets: [target] };
  const isRouted = routing === 'latency' && !isAlone;
  customObject(chart, 'names', {
    apiVersion: 'externaldns.k8s.io/v1alpha1',
    kind: 'DNSEndpoint',
    name: 'api',
    namespace: namespaces.edge,
    annotations: inWave('traffic'),
    spec: {
      endpoints: [
        { dnsName: hosts.regional, ...record },
        {
          dnsName: hosts.global,
          ...record,
          ...(isRouted
            ? {
                setIdentifier: region.name,
                providerSpecific: [
                  { name: 'aws/region', value: region.cloudRegion },
                  { name: 'alias', value: 'true' },
                  { name: 'aws/evaluate-target-health', value: 'true' },
                ],
              }
            : {}),
        },
      ],
    },
  });
}
