import { storageClass } from '../../environments/parts.ts';
import { accountFor, assuming } from '../cloud/roles.ts';
import { isLinked } from '../mesh-links.ts';
import { edgeNames, observabilityNames, privateZone } from '../names.ts';
import { namespaces, type Place } from '../place.ts';
import { onDataNodes, volumeOf } from './data-parts.ts';

type Values = (place: Place) => Readonly<Record<string, unknown>>;

const requests = (cpu: string, memory: string): object => ({
  requests: { cpu, memory },
  limits: { memory },
});

/** The values of charts, by the operator's name: what their defaults would get wrong here. */
export const operatorValues: Readonly<Partial<Record<string, Values>>> = {
  // Without it, its roles for leader election would go into kube-system.
  'cert-manager': (place) => ({
    ...accountFor(place, 'cert-manager'),
    crds: { enabled: true },
    global: { leaderElection: { namespace: 'cert-manager-system' } },
  }),
  'private-authority': (place) => ({
    ...accountFor(place, 'private-authority'),
    // Whom it lets approve what it is asked to sign: cert-manager itself, under the name that it has here.
    approverRole: { serviceAccountName: 'cert-manager', namespace: 'cert-manager-system' },
  }),
  'external-secrets': (place) =>
    place.environment.secrets.provider === 'vault' ? {} : accountFor(place, 'external-secrets'),
  karpenter: (place) => ({
    ...accountFor(place, 'karpenter'),
    settings: { clusterName: place.region.cluster, interruptionQueue: place.region.cluster },
  }),
  'load-balancers': (place) => ({
    ...accountFor(place, 'load-balancers'),
    clusterName: place.region.cluster,
    region: place.region.cloudRegion,
    // It would ask the machine, which pods cannot.
    vpcId: place.region.network.vpcId,
  }),
  'external-dns': (place) => ({
    ...accountFor(place, 'external-dns'),
    ...namesOf(place, 'public'),
    sources: ['crd', 'service'],
    domainFilters: [place.environment.domain],
    // A private name is in no public zone, although that would take it, too.
    excludeDomains: [`internal.${place.environment.domain}`],
  }),
  'external-dns-private': (place) => ({
    ...accountFor(place, 'external-dns-private'),
    ...namesOf(place, 'private'),
    sources: ['service'],
    domainFilters: [privateZone(place)],
  }),
  kong: () => ({
    // The proxies are in dist (kong.ts).
    gateway: { enabled: false },
    controller: {
      replicaCount: 2,
      ingressController: {
        image: { tag: '3.5.13' },
        ingressClass: edgeNames.gatewayClass,
        resources: requests('250m', '512Mi'),
        gatewayDiscovery: {
          enabled: true,
          generateAdminApiService: false,
          adminApiService: { namespace: namespaces.edge, name: edgeNames.adminService },
        },
        env: {
          publish_service: `${namespaces.edge}/${edgeNames.proxyService}`,
          // The proxies sign their own certificate: a network policy says who may ask them.
          kong_admin_tls_skip_verify: true,
        },
      },
    },
  }),
  // Ambient: no container beside a program, one proxy a node (docs/adr/0016-a-mesh-without-sidecars.md).
  istiod: (place) => ({
    profile: 'ambient',
    ...(isLinked(place)
      ? {
          global: {
            meshID: place.environment.name,
            multiCluster: clusterOf(place),
            network: place.region.cluster,
          },
          env: {
            AMBIENT_ENABLE_MULTI_NETWORK: 'true',
            // The addresses of the others' gateways are told by objects of class `istio-remote`.
            PILOT_MULTI_NETWORK_DISCOVER_GATEWAY_API: 'true',
          },
        }
      : {}),
  }),
  'istio-cni': () => ({ profile: 'ambient', resources: requests('100m', '256Mi') }),
  ztunnel: (place) => ({
    // All our nodes are tainted, and a node without it has no mesh.
    tolerations: [{ operator: 'Exists' }],
    resources: requests('200m', '512Mi'),
    // In which the connections of the node's pods may end when it is replaced.
    terminationGracePeriodSeconds: 60,
    ...(isLinked(place) ? { multiCluster: clusterOf(place), global: { network: place.region.cluster } } : {}),
  }),
  // Its own network policies would open the brokers to all: ours say who calls them.
  strimzi: () => ({ watchAnyNamespace: true, generateNetworkPolicy: false }),
  // Nodes say their full names, which a certificate can be for: the image's own script says `wake-leader-0`, and no resolver
  // outside of the pod knows that.
  redis: () => ({ featureGates: { GenerateConfigInInitContainer: true } }),
  metrics: () => ({ replicas: 2, podDisruptionBudget: { enabled: true, maxUnavailable: 1 } }),
  reloader: () => ({
    reloader: {
      // What configures a program restarts it by its annotation already, in the sync that brings it.
      ignoreConfigMaps: true,
      ignoreJobs: true,
      ignoreCronJobs: true,
      // A variable that Argo CD does not know of would be taken out again.
      reloadStrategy: 'annotations',
      readOnlyRootFileSystem: true,
      deployment: {
        resources: requests('20m', '128Mi'),
        containerSecurityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      },
    },
  }),
  'percona-mongodb': (place) => ({
    watchAllNamespaces: true,
    serviceAccount: { create: true, annotations: assuming(place, 'mongo-operator') },
  }),
  jaeger: () => ({ rbac: { clusterRole: true } }),
  prometheus,
};

/** By which the parts of Istio tell clusters apart; each is a network of its own. */
const clusterOf = ({ region }: Place): object => ({ clusterName: region.cluster });

/** What both external-dns have in common: each writes into the zones of its kind only. */
function namesOf({ region }: Place, kind: 'public' | 'private'): Readonly<Record<string, unknown>> {
  return {
    provider: { name: 'aws' },
    registry: 'txt',
    // Each cluster touches the records of its own name only.
    txtOwnerId: region.cluster,
    // A name that vanishes from the manifests is taken down by a person.
    policy: 'upsert-only',
    extraArgs: [`--aws-zone-type=${kind}`],
  };
}

/** Grafana takes every ConfigMap with the label, Prometheus every monitor and rule (docs/observability.md). */
function prometheus({ environment, region }: Place): Readonly<Record<string, unknown>> {
  const { days, storageGiB, node } = environment.observability.prometheus;
  const off = { enabled: false };
  return {
    // Amazon runs these, and shows them to nobody.
    kubeControllerManager: off,
    kubeScheduler: off,
    kubeEtcd: off,
    kubeProxy: off,
    coreDns: off,
    'prometheus-node-exporter': { namespaceOverride: namespaces.nodes },
    prometheus: {
      prometheusSpec: {
        externalLabels: { environment: environment.name, region: region.name },
        retention: `${days}d`,
        resources: requests(String(node.cpu), `${node.memoryGiB}Gi`),
        ...onDataNodes(),
        storageSpec: { volumeClaimTemplate: { spec: volumeOf({ storageGiB, storageClass }) } },
        podMonitorSelectorNilUsesHelmValues: false,
        serviceMonitorSelectorNilUsesHelmValues: false,
        probeSelectorNilUsesHelmValues: false,
        scrapeConfigSelectorNilUsesHelmValues: false,
        ruleSelectorNilUsesHelmValues: false,
      },
    },
    grafana: {
      admin: {
        existingSecret: observabilityNames.grafanaSecret,
        userKey: 'username',
        passwordKey: 'password',
      },
      sidecar: {
        dashboards: {
          enabled: true,
          label: observabilityNames.dashboardLabel,
          labelValue: '1',
          searchNamespace: namespaces.observability,
          folderAnnotation: observabilityNames.folderAnnotation,
          provider: { foldersFromFilesStructure: true },
        },
      },
    },
  };
}
